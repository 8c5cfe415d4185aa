import { expect, test } from "vitest";
import { justify } from "@/features/images/justify";

const MEASURES = { width: 1000, height: 240, gap: 10 };
const RATIOS = [1.5, 0.66, 1.78, 1, 3.2, 0.75, 1.5, 1.5, 0.66, 2, 1.33, 1];

test("every picture is hung once, in its order", () => {
  const rows = justify(RATIOS, MEASURES);

  expect(rows.flatMap((row) => row.tiles.map(({ index }) => index))).toEqual(RATIOS.map((_, index) => index));
});

test("rows fill the width to the pixel", () => {
  const rows = justify(RATIOS, MEASURES).slice(0, -1);

  const widths = rows.map((row) => row.tiles.reduce((sum, tile) => sum + tile.width, 10 * (row.tiles.length - 1)));
  expect(widths).toEqual(rows.map(() => 1000));
});

test("rows are about as high as wished", () => {
  const heights = justify(RATIOS, MEASURES).map(({ height }) => height);

  for (const height of heights) {
    expect(height).toBeGreaterThan(240 * 0.6);
    expect(height).toBeLessThan(240 * 1.6);
  }
});

test("a lonely last picture is not blown up", () => {
  expect(justify([1.5], MEASURES)).toEqual([{ height: 240, tiles: [{ index: 0, width: 360 }] }]);
});

test("no row is wider than a phone", () => {
  const rows = justify(RATIOS, { width: 358, height: 150, gap: 6 });

  for (const row of rows) {
    expect(row.tiles.reduce((sum, tile) => sum + tile.width, 6 * (row.tiles.length - 1))).toBeLessThanOrEqual(358);
  }
});

test("a panorama and a broken ratio keep the rows in shape", () => {
  const heights = justify([40, 0, Number.NaN, 0.01], MEASURES).map(({ height }) => height);

  for (const height of heights) expect(height).toBeGreaterThan(120);
});

test("without a width nothing is hung", () => {
  expect(justify(RATIOS, { ...MEASURES, width: 0 })).toEqual([]);
});
