import { infiniteQueryOptions, queryOptions, type QueryClient } from "@tanstack/react-query";
import { ask } from "@/lib/api";
import type { ImagePageView, ImageView } from "@/lib/wire/api";
import { knownImage } from "@/features/images/cache";
import { imageKeys } from "@/features/images/keys";

const AT_ONCE = 40;
const LOOK_AGAIN_MS = 3_000;

/** My images, newest first, a page at a time. */
export function myImagesQuery() {
  return infiniteQueryOptions({
    queryKey: imageKeys.mine,
    queryFn: ({ pageParam, signal }) => {
      const after = pageParam === null ? "" : `&cursor=${encodeURIComponent(pageParam)}`;
      return ask<ImagePageView>(`/v1/images?limit=${AT_ONCE}${after}`, { signal });
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor,
  });
}

/** One of my images; what a list already told is shown meanwhile, and an unfinished one is looked at again. */
export function imageQuery(id: string, queries: QueryClient) {
  return queryOptions<ImageView, Error, ImageView, ReturnType<typeof imageKeys.one>>({
    queryKey: imageKeys.one(id),
    queryFn: ({ signal }) => ask<ImageView>(`/v1/images/${encodeURIComponent(id)}`, { signal }),
    placeholderData: () => knownImage(queries, id),
    refetchInterval: ({ state }) => (state.data && isUnfinished(state.data) ? LOOK_AGAIN_MS : false),
  });
}

export function isUnfinished(image: ImageView): boolean {
  return image.status === "awaiting" || image.status === "processing";
}
