import { plainName } from "@/lib/format";
import { fetchBlob } from "@/lib/api";
import type { ImageView, VariantView } from "@/lib/wire/api";

/** The file as it was uploaded. The API leads there only with a token, which a link can't carry: so it is fetched. */
export async function downloadOriginal(image: ImageView): Promise<void> {
  save(await fetchBlob(`/v1/images/${image.id}/original`), image.file_name);
}

/** A WebP. Where its server does not let pages read it, the browser shows it instead, to be saved from there. */
export async function downloadVariant(image: ImageView, variant: VariantView): Promise<void> {
  try {
    const answer = await fetch(variant.url);
    if (!answer.ok) throw new Error(`The image's server answered ${answer.status}.`);
    save(await answer.blob(), `${plainName(image.file_name)}.webp`);
  } catch {
    follow(variant.url, { target: "_blank", rel: "noreferrer" });
  }
}

function save(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  follow(address, { download: name });
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

function follow(href: string, how: Partial<HTMLAnchorElement>): void {
  Object.assign(document.createElement("a"), { href, ...how }).click();
}
