import { mutationOptions, useMutationState, type QueryClient } from "@tanstack/react-query";
import { dropImage, knownImage, putImage } from "@/features/images/cache";
import { imageKeys } from "@/features/images/keys";
import { ask } from "@/lib/api";
import type { ImageChange, ImageView } from "@/lib/wire/api";

/** Change what is said of an image. It shows at once, and goes back where the API refuses. */
export function changingImage(queries: QueryClient, id: string) {
  return mutationOptions({
    mutationKey: ["images", "change", id],
    scope: { id: `image-${id}` }, // one after another: the last word is the last one said
    mutationFn: (change: ImageChange) => ask<ImageView>(`/v1/images/${id}`, { method: "PATCH", body: change }),
    onMutate: async (change) => {
      await queries.cancelQueries({ queryKey: imageKeys.one(id) });
      const before = queries.getQueryData<ImageView>(imageKeys.one(id)) ?? knownImage(queries, id);
      if (before) putImage(queries, { ...before, ...change });
      return { before };
    },
    onError: (_error, change, context) => {
      const now = queries.getQueryData<ImageView>(imageKeys.one(id));
      if (!context?.before || !now) return;
      const undone = Object.fromEntries(
        Object.keys(change).map((name) => [name, context.before?.[name as keyof ImageChange]]),
      );
      putImage(queries, { ...now, ...undone });
    },
    onSuccess: (image) => putImage(queries, image),
  });
}

const deleting = ["images", "delete"] as const;

/** The images that are being deleted right now. */
export function useLeaving(): ReadonlySet<string> {
  const leaving = useMutationState({
    filters: { mutationKey: deleting, status: "pending" },
    select: ({ state }) => (state.variables as ImageView).id,
  });
  return new Set(leaving);
}

/** Delete an image. It is gone from the lists at once, and back where the API refuses. */
export function deletingImage(queries: QueryClient) {
  return mutationOptions({
    mutationKey: deleting,
    mutationFn: (image: ImageView) => ask<undefined>(`/v1/images/${image.id}`, { method: "DELETE" }),
    onMutate: async (image) => {
      await queries.cancelQueries({ queryKey: imageKeys.mine });
      dropImage(queries, image.id);
    },
    onError: (_error, image) => putImage(queries, image),
    onSuccess: async (_nothing, image) => {
      await queries.cancelQueries({ queryKey: imageKeys.mine }); // a list that was asked for before knows it still
      dropImage(queries, image.id);
      queries.removeQueries({ queryKey: imageKeys.one(image.id) });
      void queries.invalidateQueries({ queryKey: imageKeys.mine });
    },
  });
}

/** Bring a deleted image back. */
export function restoringImage(queries: QueryClient) {
  return mutationOptions({
    mutationKey: ["images", "restore"],
    mutationFn: (image: ImageView) => ask<ImageView>(`/v1/images/${image.id}/restore`, { method: "POST" }),
    onSuccess: (image) => putImage(queries, image),
  });
}
