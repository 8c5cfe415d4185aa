import { plainName } from "@/lib/format";
import type { ImageView, VariantView } from "@/lib/wire/api";

/** What an image is called: its title, else its file's name. */
export function nameOf(image: Pick<ImageView, "title" | "file_name">): string {
  return said(image.title) ?? plainName(image.file_name);
}

/** What stands for an image where it can't be seen. */
export function altOf(image: Pick<ImageView, "title" | "file_name" | "alt_text">): string {
  return said(image.alt_text) ?? nameOf(image);
}

function said(text: string | null): string | undefined {
  const trimmed = text?.trim();
  return trimmed === "" ? undefined : trimmed;
}

export function ratioOf(image: Pick<ImageView, "width" | "height">): number {
  return image.width && image.height ? image.width / image.height : 4 / 3;
}

/** The WebPs from narrow to wide. */
export function byWidth(image: Pick<ImageView, "variants">): VariantView[] {
  return [...image.variants].sort((one, other) => one.width - other.width);
}

export function largest(image: Pick<ImageView, "variants">): VariantView | undefined {
  return byWidth(image).at(-1);
}

/** `srcset` of an image. */
export function sourcesOf(image: Pick<ImageView, "variants">): string {
  return byWidth(image)
    .map((variant) => `${variant.url} ${variant.width}w`)
    .join(", ");
}

/** What developing made of the bytes: before, after at full size, and the share that was saved (0 where none was). */
export function savingOf(image: ImageView): { before: number; after: number; share: number } | undefined {
  const full = largest(image);
  if (!full || image.bytes === 0) return undefined;
  return { before: image.bytes, after: full.bytes, share: Math.max(0, 1 - full.bytes / image.bytes) };
}
