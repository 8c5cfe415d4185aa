import { plainName } from "@/lib/format";
import { fetchBlob } from "@/lib/api";
import { reach, checked } from "@/lib/http";
import type { ImageView, VariantView } from "@/lib/wire/api";

/** The file as it was uploaded. The API leads there only with a token, which a link can't carry: so it is fetched. */
export async function downloadOriginal(image: ImageView): Promise<void> {
  save(await fetchBlob(`/v1/images/${image.id}/original`), image.file_name);
}

export async function downloadVariant(image: ImageView, variant: VariantView): Promise<void> {
  const answer = await checked(await reach(variant.url, {}));
  save(await answer.blob(), `${plainName(image.file_name)}.webp`);
}

function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
