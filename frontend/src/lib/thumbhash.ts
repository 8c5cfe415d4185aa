import { thumbHashToRGBA } from "thumbhash";

const kept = new Map<string, string | null>();
const MOST_KEPT = 500;

/** Turn a thumbhash (base64) into the address of a tiny picture, or null where it is none. */
export function thumbhashUrl(hash: string): string | null {
  const known = kept.get(hash);
  if (known !== undefined) return known;
  const url = draw(hash);
  if (kept.size >= MOST_KEPT) forgetOldest();
  kept.set(hash, url);
  return url;
}

/** Draw into a blob rather than a data: address, which the Content-Security-Policy would have to allow. */
function draw(hash: string): string | null {
  try {
    const bytes = Uint8Array.from(atob(hash), (letter) => letter.charCodeAt(0));
    const { w, h, rgba } = thumbHashToRGBA(bytes);
    return URL.createObjectURL(new Blob([bitmap(w, h, rgba)], { type: "image/bmp" }));
  } catch {
    return null;
  }
}

function forgetOldest(): void {
  for (const [hash, url] of kept) {
    if (url !== null) URL.revokeObjectURL(url);
    kept.delete(hash);
    return;
  }
}

const HEADER = 14 + 108;

/** A BMP with 32 bits a pixel (BITMAPV4HEADER): no compression, so nothing to wait for. */
export function bitmap(width: number, height: number, rgba: Uint8Array): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(HEADER + rgba.length);
  const view = new DataView(file.buffer);
  view.setUint16(0, 0x424d); // "BM"
  view.setUint32(2, file.length, true);
  view.setUint32(10, HEADER, true);
  view.setUint32(14, 108, true);
  view.setInt32(18, width, true);
  view.setInt32(22, -height, true); // from the top down
  view.setUint16(26, 1, true);
  view.setUint16(28, 32, true);
  view.setUint32(30, 3, true); // the masks below say which byte is which colour
  view.setUint32(34, rgba.length, true);
  view.setUint32(54, 0x000000ff, true);
  view.setUint32(58, 0x0000ff00, true);
  view.setUint32(62, 0x00ff0000, true);
  view.setUint32(66, 0xff000000, true);
  view.setUint32(70, 0x73524742, true); // sRGB
  file.set(rgba, HEADER);
  return file;
}
