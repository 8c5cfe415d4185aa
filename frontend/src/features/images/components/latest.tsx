import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Photo } from "@/features/images/components/photo";
import { nameOf, ratioOf, savingOf } from "@/features/images/measures";
import { formatBytes, formatDate, formatShare } from "@/lib/format";
import type { ImageView } from "@/lib/wire/api";
import classes from "./latest.module.css";

/** The newest image, as large as the page lets it be. */
export function Latest({ image }: { image: ImageView }) {
  const { t, i18n } = useTranslation("images");
  const ratio = ratioOf(image);
  const saving = savingOf(image);
  const date = image.developed_at ?? image.uploaded_at;
  return (
    <section className={classes.latest} aria-labelledby="latest">
      <h2 id="latest" className="visually-hidden">
        {t("latest")}
      </h2>
      <Link
        to="/images/$imageId"
        params={{ imageId: image.id }}
        aria-label={t("open", { name: nameOf(image) })}
        className={classes.mat}
      >
        <span className={classes.frame} style={{ aspectRatio: ratio, maxWidth: `calc(min(74dvh, 46rem) * ${ratio})` }}>
          <Photo image={image} first sizes="(min-width: 82rem) 75rem, 94vw" className={classes.photo} />
        </span>
      </Link>
      <p className={classes.caption}>
        <span className={classes.name}>{nameOf(image)}</span>
        <span>{formatDate(date, i18n.language)}</span>
        {saving && saving.share >= 0.01 ? (
          <span>
            {t("facts.saved_text", {
              share: formatShare(saving.share, i18n.language),
              before: formatBytes(saving.before, i18n.language),
              after: formatBytes(saving.after, i18n.language),
            })}
          </span>
        ) : null}
      </p>
    </section>
  );
}
