import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { dropImage, knownImage, putImage } from "@/features/images/cache";
import { imageKeys } from "@/features/images/keys";
import { ask, ApiError } from "@/lib/api";
import { live } from "@/lib/live";
import type { ImageView } from "@/lib/wire/api";

/** Keep what is shown of my images as they are, also where another tab or device changes them. */
export function useLiveImages(account: string | null): void {
  const queries = useQueryClient();
  useEffect(() => {
    if (account === null) return;
    const look = async (id: string) => {
      try {
        putImage(queries, await ask<ImageView>(`/v1/images/${id}`));
      } catch (error) {
        if (error instanceof ApiError && error.code === "absent") dropImage(queries, id);
      }
    };
    live.start();
    const unlisten = live.listen(({ imageId, status }) => {
      const known = queries.getQueryData<ImageView>(imageKeys.one(imageId)) ?? knownImage(queries, imageId);
      if (status === "ready" || status === "refused" || known?.status !== status) void look(imageId);
    });
    const unwatch = live.gaps.subscribe(() => void queries.invalidateQueries({ queryKey: imageKeys.all }));
    return () => {
      unwatch();
      unlisten();
      live.stop();
    };
  }, [queries, account]);
}
