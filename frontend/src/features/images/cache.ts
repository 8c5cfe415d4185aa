import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { ImagePageView, ImageView } from "@/lib/wire/api";
import { imageKeys } from "@/features/images/keys";

type Pages = InfiniteData<ImagePageView, string | null>;

/** An image as a list or an earlier answer told it. */
export function knownImage(queries: QueryClient, id: string): ImageView | undefined {
  const pages = queries.getQueryData<Pages>(imageKeys.mine)?.pages ?? [];
  return pages.flatMap((page) => page.images).find((image) => image.id === id);
}

/** Show an image as it is now, wherever it is shown; one that no list knows becomes the newest. */
export function putImage(queries: QueryClient, image: ImageView): void {
  queries.setQueryData<ImageView>(imageKeys.one(image.id), image);
  queries.setQueryData<Pages>(imageKeys.mine, (data) => {
    if (!data) return data;
    const known = data.pages.some((page) => page.images.some(({ id }) => id === image.id));
    return {
      ...data,
      pages: data.pages.map((page, index) => {
        if (known) return { ...page, images: page.images.map((each) => (each.id === image.id ? image : each)) };
        return index === 0 ? { ...page, images: inOrder([image, ...page.images]) } : page;
      }),
    };
  });
}

/** Take an image out of every list. */
export function dropImage(queries: QueryClient, id: string): void {
  queries.setQueryData<Pages>(imageKeys.mine, (data) =>
    data
      ? { ...data, pages: data.pages.map((page) => ({ ...page, images: page.images.filter((each) => each.id !== id) })) }
      : data,
  );
}

/** Ids are UUIDv7: their order is the order of time, newest first here. */
function inOrder(images: ImageView[]): ImageView[] {
  return images.sort((one, other) => (one.id < other.id ? 1 : -1));
}
