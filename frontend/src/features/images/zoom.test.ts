import { expect, test } from "vitest";
import { FIT, fitted, moved, zoomed } from "@/features/images/zoom";

const WINDOW = { width: 1000, height: 600 };
const PICTURE = fitted(1.5, WINDOW);

test("a picture fits into its window", () => {
  expect(PICTURE).toEqual({ width: 900, height: 600 });
  expect(fitted(3, WINDOW)).toEqual({ width: 1000, height: 1000 / 3 });
});

test("what is under the pointer stays under it", () => {
  const view = zoomed({ scale: 2, x: 0, y: 0 }, 2, { x: 100, y: 50 }, PICTURE, WINDOW);

  expect(view).toEqual({ scale: 4, x: -100, y: -50 });
});

test("nobody zooms out further than the whole picture, nor closer than eight times", () => {
  expect(zoomed(FIT, 0.1, { x: 0, y: 0 }, PICTURE, WINDOW)).toEqual(FIT);
  expect(zoomed(FIT, 100, { x: 0, y: 0 }, PICTURE, WINDOW).scale).toBe(8);
});

test("a picture is not pushed out of its window", () => {
  const view = moved({ scale: 2, x: 0, y: 0 }, { x: 5000, y: -5000 }, PICTURE, WINDOW);

  expect(view).toEqual({ scale: 2, x: 400, y: -300 });
});
