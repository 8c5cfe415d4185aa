/** How a picture lies in its window: 1 fits, and (x, y) is how far its middle is from the window's, in px. */
export interface View {
  scale: number;
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

export const FIT: View = { scale: 1, x: 0, y: 0 };
const CLOSEST = 8;

/** Zoom by a factor and keep what is at `at` (from the window's middle) where it is. */
export function zoomed(view: View, factor: number, at: Point, picture: Size, window: Size): View {
  const scale = Math.min(Math.max(view.scale * factor, 1), CLOSEST);
  const grown = scale / view.scale;
  return held(
    { scale, x: at.x - (at.x - view.x) * grown, y: at.y - (at.y - view.y) * grown },
    picture,
    window,
  );
}

export function moved(view: View, by: Point, picture: Size, window: Size): View {
  return held({ ...view, x: view.x + by.x, y: view.y + by.y }, picture, window);
}

/** The picture's size where it fits into the window. */
export function fitted(ratio: number, window: Size): Size {
  return window.width / window.height > ratio
    ? { width: window.height * ratio, height: window.height }
    : { width: window.width, height: window.width / ratio };
}

/** Keep the picture over the window: no edge comes further in than it must. */
function held(view: View, picture: Size, window: Size): View {
  const most = (side: number, room: number) => Math.max(0, (side * view.scale - room) / 2);
  const x = most(picture.width, window.width);
  const y = most(picture.height, window.height);
  return { scale: view.scale, x: clamp(view.x, x), y: clamp(view.y, y) };
}

function clamp(value: number, most: number): number {
  return Math.min(Math.max(value, -most), most) || 0;
}
