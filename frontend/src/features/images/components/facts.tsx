import { useTranslation } from "react-i18next";
import { savingOf } from "@/features/images/measures";
import { formatBytes, formatDate, formatShare } from "@/lib/format";
import type { ImageView } from "@/lib/wire/api";
import classes from "./facts.module.css";

/** What is known of an image, in a short list. */
export function Facts({ image }: { image: ImageView }) {
  const { t, i18n } = useTranslation("images");
  const language = i18n.language;
  const saving = savingOf(image);
  const facts: [string, string | null][] = [
    [t("facts.file"), image.file_name],
    [t("facts.size"), image.width && image.height ? t("facts.pixels", { width: image.width, height: image.height }) : null],
    [
      t("facts.saved"),
      saving && saving.share >= 0.01
        ? t("facts.saved_text", {
            share: formatShare(saving.share, language),
            before: formatBytes(saving.before, language),
            after: formatBytes(saving.after, language),
          })
        : null,
    ],
    [t("facts.uploaded"), formatDate(image.uploaded_at, language)],
    [t("facts.developed"), image.developed_at ? formatDate(image.developed_at, language) : null],
    [t("facts.note"), image.status === "ready" ? image.reason : null],
  ];
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) =>
        value === null ? null : (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
