/**
 * What crosses the wire, under the names that the API's OpenAPI document gives it.
 * Times are RFC 3339 in UTC, sizes are in bytes.
 */

export type Status = "awaiting" | "processing" | "ready" | "refused";
export type Visibility = "private" | "unlisted" | "public";

export interface AccountView {
  id: string;
  email: string;
  created_at: string;
}

export interface SessionView {
  account: AccountView;
  access_token: string;
  token_type: string;
  /** Seconds. */
  expires_in: number;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: Record<string, string[]>;
}

export interface VariantView {
  width: number;
  height: number;
  bytes: number;
  url: string;
}

export interface ImageView {
  id: string;
  status: Status;
  reason: string | null;
  file_name: string;
  title: string | null;
  alt_text: string | null;
  width: number | null;
  height: number | null;
  bytes: number;
  content_type: string;
  visibility: Visibility;
  thumbhash: string | null;
  uploaded_at: string;
  developed_at: string | null;
  variants: VariantView[];
}

export interface ImagePageView {
  images: ImageView[];
  next_cursor: string | null;
}

export interface ImageChange {
  title?: string | null;
  alt_text?: string | null;
  visibility?: Visibility;
}

export interface NewUpload {
  file_name: string;
  content_type: string;
  bytes: number;
  checksum_sha256?: string;
  visibility?: Visibility;
}

export interface PostFormView {
  kind: "post";
  url: string;
  fields: Record<string, string>;
  expires_at: string;
}

export interface PartView {
  number: number;
  bytes: number;
  url: string;
  uploaded: boolean;
  etag: string | null;
}

export interface MultipartView {
  kind: "multipart";
  part_bytes: number;
  parts: PartView[];
  expires_at: string;
}

export interface UploadView {
  image: ImageView;
  upload: PostFormView | MultipartView;
}

export interface AcceptedView {
  image: ImageView;
}

export interface TicketView {
  ticket: string;
  expires_at: string;
}
