import type { Upload } from "@/features/uploads/upload";
import { formatBytes, formatDate, formatShare } from "@/lib/format";
import { i18n } from "@/lib/i18n";
import { sentence } from "@/lib/sentences";

/** Where an upload is, in a few words. */
export function phaseWords(upload: Upload, online: boolean): string {
  if (!online && (upload.phase === "sending" || upload.phase === "waiting")) return i18n.t("uploads:phase.offline");
  if (upload.phase === "sending") {
    return i18n.t("uploads:phase.sending", { share: formatShare(shareSent(upload), i18n.language) });
  }
  if (upload.phase === "ready") {
    const date = formatDate(upload.image?.developed_at ?? new Date().toISOString(), i18n.language);
    return i18n.t("uploads:phase.ready", { date });
  }
  return i18n.t(`uploads:phase.${upload.phase}`);
}

/** Why an upload stopped and what to do; empty where it goes on. */
export function troubleWords({ trouble, bytes, name, image, phase }: Upload): string {
  if (trouble === null) return phase === "refused" ? (image?.reason ?? "") : "";
  switch (trouble.kind) {
    case "said":
      return sentence(trouble.error);
    case "too_large":
      return i18n.t("uploads:too_large", {
        size: formatBytes(bytes, i18n.language),
        most: formatBytes(trouble.most, i18n.language),
      });
    case "not_the_same":
      return i18n.t("uploads:not_the_same", { name });
    case "empty":
    case "expired":
    case "interrupted":
    case "unreadable":
    case "wrong_kind":
      return i18n.t(`uploads:${trouble.kind}`);
  }
}

export function shareSent({ sent, bytes }: Upload): number {
  return bytes === 0 ? 0 : Math.min(1, sent / bytes);
}
