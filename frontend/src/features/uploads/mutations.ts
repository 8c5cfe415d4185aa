import { ask } from "@/lib/api";
import type { AcceptedView, ImageView, NewUpload, UploadView } from "@/lib/wire/api";

/** What an upload asks of the API. They are no mutations of the query client: the queue keeps their state. */
export const announce = (upload: NewUpload, signal: AbortSignal) =>
  ask<UploadView>("/v1/uploads", { method: "POST", body: upload, signal });

export const takeUp = (imageId: string, signal: AbortSignal) =>
  ask<UploadView>(`/v1/uploads/${imageId}`, { signal });

export const complete = (imageId: string, parts: { number: number; etag: string }[], signal: AbortSignal) =>
  ask<AcceptedView>(`/v1/uploads/${imageId}/complete`, { method: "POST", body: { parts }, signal });

export const giveUp = (imageId: string) => ask<undefined>(`/v1/uploads/${imageId}`, { method: "DELETE" });

export const look = (imageId: string, signal: AbortSignal) => ask<ImageView>(`/v1/images/${imageId}`, { signal });
