import { createContext, useContext } from "react";
import type { UploadQueue } from "@/features/uploads/queue";
import type { Upload } from "@/features/uploads/upload";
import { useStore } from "@/lib/use-store";

export const UploadQueueContext = createContext<UploadQueue | null>(null);

/** The queue of whoever is signed in. */
export function useUploadQueue(): UploadQueue {
  const queue = useContext(UploadQueueContext);
  if (queue === null) throw new Error("There are uploads only for who is signed in: put this below SignedIn.");
  return queue;
}

export function useUploads(): readonly Upload[] {
  return useStore(useUploadQueue().uploads);
}
