import { useQueryClient } from "@tanstack/react-query";
import { type CSSProperties, useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { putImage } from "@/features/images/cache";
import { altOf, byWidth, largest, sourcesOf } from "@/features/images/measures";
import { imageQuery } from "@/features/images/queries";
import { thumbhashUrl } from "@/lib/thumbhash";
import type { ImageView } from "@/lib/wire/api";
import classes from "./photo.module.css";

interface Props {
  image: ImageView;
  sizes: string;
  /** The one that is looked at first: it is fetched at once. */
  first?: boolean;
  className?: string | undefined;
}

/**
 * A developed image in its place: its thumbhash until it is there, in the size that fits. The addresses of private
 * images run out; one that no longer works is asked for again.
 */
export function Photo({ image, sizes, first = false, className }: Props) {
  const { t } = useTranslation("images");
  const queries = useQueryClient();
  const [shown, setShown] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  const [lost, setLost] = useState(false);
  const source = largest(image);
  const haze = image.thumbhash === null ? null : thumbhashUrl(image.thumbhash);

  const renew = async () => {
    if (source === undefined || failed !== null) {
      setLost(true);
      return;
    }
    setFailed(source.url);
    try {
      putImage(queries, await queries.query({ ...imageQuery(image.id, queries), staleTime: 0 }));
    } catch {
      setLost(true);
    }
  };
  const settle = useCallback((element: HTMLImageElement | null) => {
    if (element?.complete && element.naturalWidth > 0) setShown(true); // it was at hand already
  }, []);

  return (
    <span
      className={`${classes.photo ?? ""} ${className ?? ""}`}
      style={haze === null ? undefined : ({ "--haze": `url("${haze}")` } as CSSProperties)}
      data-shown={shown}
    >
      {lost ? (
        <span className={classes.lost}>{t("unavailable")}</span>
      ) : (
        <img
          ref={settle}
          key={source?.url}
          src={byWidth(image)[0]?.url}
          srcSet={sourcesOf(image)}
          sizes={sizes}
          width={image.width ?? undefined}
          height={image.height ?? undefined}
          alt={altOf(image)}
          loading={first ? "eager" : "lazy"}
          fetchPriority={first ? "high" : "auto"}
          decoding="async"
          draggable={false}
          onLoad={() => {
            setShown(true);
            setFailed(null);
          }}
          onError={() => void renew()}
        />
      )}
    </span>
  );
}
