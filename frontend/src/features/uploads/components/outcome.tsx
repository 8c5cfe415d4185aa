import { useTranslation } from "react-i18next";
import { byWidth, savingOf } from "@/features/images/measures";
import { formatBytes, formatShare } from "@/lib/format";
import type { ImageView } from "@/lib/wire/api";
import classes from "./outcome.module.css";

/** What developing made of a photo: how much smaller it is, and the sizes it comes in. */
export function Outcome({ image }: { image: ImageView }) {
  const { t, i18n } = useTranslation("uploads");
  const saving = savingOf(image);
  const size = (bytes: number) => formatBytes(bytes, i18n.language);
  return (
    <div className={classes.outcome}>
      {saving ? (
        <p className={classes.saving}>
          {t(saving.share >= 0.01 ? "saved" : "not_saved", {
            share: formatShare(saving.share, i18n.language),
            before: size(saving.before),
            after: size(saving.after),
          })}
        </p>
      ) : null}
      {image.reason ? <p className={classes.note}>{t("left_out", { reason: image.reason })}</p> : null}
      <ul className={classes.variants} aria-label={t("variants")}>
        {byWidth(image).map((variant) => (
          <li key={variant.width}>
            <a
              href={variant.url}
              target="_blank"
              rel="noreferrer"
              aria-label={t("variant", { width: variant.width, size: size(variant.bytes) })}
            >
              {variant.width}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}
