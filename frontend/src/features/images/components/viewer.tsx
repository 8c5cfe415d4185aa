import { ActionIcon } from "@mantine/core";
import { useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";
import { useTranslation } from "react-i18next";
import { FitIcon, MinusIcon, PlusIcon } from "@/components/ui/icons";
import { Photo } from "@/features/images/components/photo";
import { nameOf, ratioOf } from "@/features/images/measures";
import { FIT, fitted, moved, zoomed, type Point, type Size, type View } from "@/features/images/zoom";
import { formatShare } from "@/lib/format";
import type { ImageView } from "@/lib/wire/api";
import classes from "./viewer.module.css";

const STEP = 1.5;
const NEAR = 2.5;
const MOVE = 60;

/** An image as large as the window lets it be, to be looked at closely: wheel, pinch, double click, keys, buttons. */
export function Viewer({ image }: { image: ImageView }) {
  const { t, i18n } = useTranslation("images");
  const window = useRef<HTMLDivElement>(null);
  const [view, setView] = useState(FIT);
  const [room, setRoom] = useState<Size>({ width: 0, height: 0 });
  const fingers = useRef(new Map<number, Point>());
  const picture = fitted(ratioOf(image), room);

  const zoom = (factor: number, at: Point = { x: 0, y: 0 }) => setView((now) => zoomed(now, factor, at, picture, room));
  const move = (by: Point) => setView((now) => moved(now, by, picture, room));
  const toggle = (at: Point) => (view.scale > 1 ? setView(FIT) : zoom(NEAR, at));
  const latest = useRef({ zoom });
  useEffect(() => {
    latest.current = { zoom };
  });

  useEffect(() => {
    const element = window.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      if (!entry) return;
      setRoom({ width: entry.contentRect.width, height: entry.contentRect.height });
      setView(FIT);
    });
    observer.observe(element);
    // React listens to the wheel passively, but zooming must not scroll the page as well.
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      latest.current.zoom(Math.exp((-event.deltaY * lines) / (event.ctrlKey ? 120 : 420)), fromMiddle(event, element));
    };
    element.addEventListener("wheel", wheel, { passive: false });
    return () => {
      observer.disconnect();
      element.removeEventListener("wheel", wheel);
    };
  }, []);

  const press = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    fingers.current.set(event.pointerId, fromMiddle(event, event.currentTarget));
  };
  const drag = (event: PointerEvent<HTMLDivElement>) => {
    const before = fingers.current.get(event.pointerId);
    if (!before) return;
    const now = fromMiddle(event, event.currentTarget);
    const other = [...fingers.current].find(([id]) => id !== event.pointerId)?.[1];
    fingers.current.set(event.pointerId, now);
    if (!other) move({ x: now.x - before.x, y: now.y - before.y });
    else zoom(distance(now, other) / Math.max(distance(before, other), 1), between(now, other));
  };
  const release = (event: PointerEvent) => fingers.current.delete(event.pointerId);

  const type = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const keys: Record<string, () => void> = {
      "+": () => zoom(STEP),
      "=": () => zoom(STEP),
      "-": () => zoom(1 / STEP),
      "0": () => setView(FIT),
      ArrowLeft: () => move({ x: MOVE, y: 0 }),
      ArrowRight: () => move({ x: -MOVE, y: 0 }),
      ArrowUp: () => move({ x: 0, y: MOVE }),
      ArrowDown: () => move({ x: 0, y: -MOVE }),
    };
    const does = keys[event.key];
    if (!does || (event.key.startsWith("Arrow") && view.scale === 1)) return;
    event.preventDefault();
    does();
  };

  return (
    <section className={classes.viewer}>
      {/* A picture that is zoomed with keys is a widget of its own; there is no better role for one. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <div
        ref={window}
        role="application"
        aria-label={t("view.label", { name: nameOf(image) })}
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={0}
        className={classes.window}
        data-near={view.scale > 1}
        onKeyDown={type}
        onPointerDown={press}
        onPointerMove={drag}
        onPointerUp={release}
        onPointerCancel={release}
        onDoubleClick={(event) => toggle(fromMiddle(event, event.currentTarget))}
      >
        <div className={classes.picture} data-moving={view.scale > 1} style={{ ...picture, transform: cssOf(view) }}>
          <Photo image={image} first sizes={`${Math.round(picture.width * view.scale)}px`} className={classes.photo} />
        </div>
      </div>
      <div className={classes.controls}>
        <ActionIcon variant="transparent" size={40} aria-label={t("view.out")} disabled={view.scale <= 1} onClick={() => zoom(1 / STEP)}>
          <MinusIcon />
        </ActionIcon>
        <output className={classes.level}>{t("view.level", { share: formatShare(view.scale, i18n.language) })}</output>
        <ActionIcon variant="transparent" size={40} aria-label={t("view.in")} onClick={() => zoom(STEP)}>
          <PlusIcon />
        </ActionIcon>
        <ActionIcon variant="transparent" size={40} aria-label={t("view.fit")} disabled={view.scale === 1} onClick={() => setView(FIT)}>
          <FitIcon />
        </ActionIcon>
      </div>
    </section>
  );
}

function cssOf({ scale, x, y }: View): string {
  return `translate(${x}px, ${y}px) scale(${scale})`;
}

function fromMiddle(event: { clientX: number; clientY: number }, element: Element): Point {
  const { left, top, width, height } = element.getBoundingClientRect();
  return { x: event.clientX - left - width / 2, y: event.clientY - top - height / 2 };
}

function distance(one: Point, other: Point): number {
  return Math.hypot(one.x - other.x, one.y - other.y);
}

function between(one: Point, other: Point): Point {
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 };
}
