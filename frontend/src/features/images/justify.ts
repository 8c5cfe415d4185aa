/** A row of pictures of one height that fills the width, and which of them it holds. */
export interface Row {
  height: number;
  tiles: { index: number; width: number }[];
}

export interface Measures {
  /** Of the place that is filled, in px. */
  width: number;
  /** How high rows are at best. */
  height: number;
  gap: number;
}

/** Narrower or wider pictures are cropped to these: a panorama must not make its row a hairline. */
const NARROWEST = 0.5;
const WIDEST = 3;

/**
 * Lay out pictures of these ratios (width by height) in rows, in their order. Each row is as wide as the place, to the
 * pixel, and about as high as wished; the last one keeps the wished height and may stay open.
 */
export function justify(ratios: readonly number[], { width, height, gap }: Measures): Row[] {
  if (width <= 0) return [];
  const rows: Row[] = [];
  let row: number[] = [];
  const tall = (indexes: readonly number[]) =>
    (width - gap * (indexes.length - 1)) / indexes.reduce((sum, index) => sum + ratioAt(ratios, index), 0);

  ratios.forEach((_, index) => {
    const longer = [...row, index];
    if (tall(longer) > height) {
      row = longer;
      return;
    }
    // With this picture the row is too low, without it too high: take the smaller evil.
    if (row.length > 0 && tall(row) / height < height / tall(longer)) {
      rows.push(filled(ratios, row, width, gap));
      row = [index];
      if (tall(row) > height) return;
    } else {
      row = longer;
    }
    rows.push(filled(ratios, row, width, gap));
    row = [];
  });
  if (row.length > 0) rows.push(open(ratios, row, Math.min(height, tall(row))));
  return rows;
}

function filled(ratios: readonly number[], indexes: readonly number[], width: number, gap: number): Row {
  const room = width - gap * (indexes.length - 1);
  const sum = indexes.reduce((total, index) => total + ratioAt(ratios, index), 0);
  let begun = 0;
  let drawn = 0;
  const tiles = indexes.map((index) => {
    begun += (ratioAt(ratios, index) / sum) * room;
    const tile = { index, width: Math.round(begun) - drawn }; // what one loses by rounding, the next one gains
    drawn += tile.width;
    return tile;
  });
  return { height: Math.round(room / sum), tiles };
}

function open(ratios: readonly number[], indexes: readonly number[], height: number): Row {
  const rounded = Math.round(height);
  return { height: rounded, tiles: indexes.map((index) => ({ index, width: Math.floor(ratioAt(ratios, index) * height) })) };
}

function ratioAt(ratios: readonly number[], index: number): number {
  const ratio = ratios[index] ?? 1;
  return Number.isFinite(ratio) && ratio > 0 ? Math.min(Math.max(ratio, NARROWEST), WIDEST) : 1;
}
