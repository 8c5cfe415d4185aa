import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useState } from "react";
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
  const [loaded, setLoaded] = useState<string | undefined>(undefined);
  const [failed, setFailed] = useState<string | null>(null);
  const [lost, setLost] = useState(false);
  const url = largest(image)?.url;
  const shown = url !== undefined && loaded === url; // a new address is a new image to wait for
  const haze = image.thumbhash === null ? null : thumbhashUrl(image.thumbhash);

  const renew = async () => {
    if (url === undefined || failed !== null) {
      setLost(true);
      return;
    }
    setFailed(url);
    try {
      putImage(queries, await queries.query({ ...imageQuery(image.id, queries), staleTime: 0 }));
    } catch {
      setLost(true);
    }
  };
  const settle = useCallback(
    (element: HTMLImageElement | null) => {
      if (element?.complete && element.naturalWidth > 0) setLoaded(url); // it was at hand already
    },
    [url],
  );

  return (
    <span
      className={`${classes.photo ?? ""} ${className ?? ""}`}
      data-shown={shown}
    >
      {haze === null ? null : <span className={classes.haze} style={{ backgroundImage: `url("${haze}")` }} />}
      {lost ? (
        <span className={classes.lost}>{t("unavailable")}</span>
      ) : (
        <img
          ref={settle}
          key={url}
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
            setLoaded(url);
            setFailed(null);
          }}
          onError={() => void renew()}
        />
      )}
    </span>
  );
}
