import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useUploads } from "@/features/uploads/context";
import type { Upload } from "@/features/uploads/upload";
import { troubleWords } from "@/features/uploads/words";

/** What to read out of the queue: photos were added, one is developed, one could not be. */
export function useAnnouncements(): string {
  const { t, i18n } = useTranslation("uploads");
  const uploads = useUploads();
  const before = useRef<readonly Upload[]>([]);
  const [spoken, setSpoken] = useState("");

  useEffect(() => {
    const known = new Map(before.current.map((upload) => [upload.key, upload.phase]));
    before.current = uploads;
    const added = uploads.filter(({ key }) => !known.has(key)).length;
    const said = uploads.flatMap((upload) => {
      const phase = known.get(upload.key);
      if (phase === undefined || phase === upload.phase) return [];
      if (upload.phase === "ready") return [t("announce.ready", { name: upload.name })];
      if (upload.phase !== "refused" && upload.phase !== "failed") return [];
      const reason = troubleWords(upload);
      return [t(`announce.${upload.phase}`, { name: upload.name, reason })];
    });
    if (added > 0) said.unshift(t("announce.added", { count: added }));
    if (said.length > 0) setSpoken(said.join(". "));
  }, [uploads, t, i18n]);

  return spoken;
}
