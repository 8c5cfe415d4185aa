/**
 * What crosses the wire, under the names that the API's OpenAPI document gives it (`make types` reads it).
 * Times are RFC 3339 in UTC, sizes are in bytes.
 */
import type * as Wire from "./openapi.ts";

export type {
  AcceptedView,
  AccountView,
  EditedImage as ImageChange,
  ImagePageView,
  ImageView,
  MultipartView,
  PartView,
  PostFormView,
  Problem,
  SessionView,
  Status,
  UploadView,
  VariantView,
  Visibility,
} from "./openapi.ts";

/** A file is announced as what its browser takes it for; the API says whether it develops that. */
export type NewUpload = Omit<Wire.NewUpload, "content_type"> & { content_type: string };

export interface TicketView {
  ticket: string;
  expires_at: string;
}
