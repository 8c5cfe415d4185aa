import { useLayoutEffect, useRef, useState } from "react";
import { Tile } from "@/features/images/components/tile";
import { justify } from "@/features/images/justify";
import { ratioOf } from "@/features/images/measures";
import type { ImageView } from "@/lib/wire/api";
import classes from "./grid.module.css";

const NARROW = 640;
const UNFINISHED_RATIO = 4 / 3;

/** Images in rows that fill the width, none of them cropped for it. */
export function Grid({ images }: { images: readonly ImageView[] }) {
  const [place, width] = useWidth();
  const narrow = width < NARROW;
  const ratios = images.map((image) => (image.status === "ready" ? ratioOf(image) : UNFINISHED_RATIO));
  const gap = narrow ? 6 : 12;
  const rows = justify(ratios, { width, height: narrow ? 150 : 250, gap });
  return (
    <div ref={place} className={classes.grid} style={{ gap }}>
      {rows.map((row) => (
        <ul key={images[row.tiles[0]?.index ?? 0]?.id} className={classes.row} style={{ gap, height: row.height }}>
          {row.tiles.map((tile) => {
            const image = images[tile.index];
            return image ? <Tile key={image.id} image={image} width={tile.width} /> : null;
          })}
        </ul>
      ))}
    </div>
  );
}

/** The width of an element in whole px, as it is and as it changes. */
function useWidth(): [React.RefObject<HTMLDivElement | null>, number] {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return;
    const measure = () => setWidth(Math.floor(element.getBoundingClientRect().width));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [place, width];
}
