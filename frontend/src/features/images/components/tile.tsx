import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Photo } from "@/features/images/components/photo";
import { nameOf } from "@/features/images/measures";
import type { ImageView } from "@/lib/wire/api";
import classes from "./tile.module.css";

/** One image in the grid; one that is not developed says why. */
export function Tile({ image, width }: { image: ImageView; width: number }) {
  const { t } = useTranslation("images");
  const name = nameOf(image);
  return (
    <li className={classes.tile} style={{ width }}>
      <Link
        to="/images/$imageId"
        params={{ imageId: image.id }}
        aria-label={t("open", { name })}
        className={classes.link}
        data-status={image.status}
      >
        {image.status === "ready" ? (
          <>
            <Photo image={image} sizes={`${width}px`} className={classes.photo} />
            <span className={classes.name} aria-hidden="true">
              {name}
            </span>
          </>
        ) : (
          <span className={classes.words}>
            <strong>{t(image.status === "refused" ? "refused" : image.status === "awaiting" ? "awaited" : "in_work")}</strong>
            <span>{image.file_name}</span>
            {image.reason ? <span className={classes.reason}>{image.reason}</span> : null}
          </span>
        )}
      </Link>
    </li>
  );
}
