import type { ImageView, MultipartView, PostFormView, SessionView, UploadView } from "@/lib/wire/api";

let made = 0;

/** An id that is newer than every one made before. */
export function anId(): string {
  made += 1;
  return `0192a3b4-0000-7000-8000-${String(made).padStart(12, "0")}`;
}

export function anImage(parts: Partial<ImageView> = {}): ImageView {
  const id = parts.id ?? anId();
  return {
    id,
    status: "ready",
    reason: null,
    file_name: "Dawn.jpg",
    title: null,
    alt_text: null,
    width: 3000,
    height: 2000,
    bytes: 1_000_000,
    content_type: "image/jpeg",
    visibility: "private",
    thumbhash: null,
    uploaded_at: "2026-11-21T08:00:00Z",
    developed_at: "2026-11-21T08:00:02Z",
    variants: [
      { width: 320, height: 213, bytes: 10_000, url: `http://media.test/${id}/320.webp` },
      { width: 3000, height: 2000, bytes: 400_000, url: `http://media.test/${id}/3000.webp` },
    ],
    ...parts,
  };
}

export function anAwaitedImage(parts: Partial<ImageView> = {}): ImageView {
  return anImage({ status: "awaiting", developed_at: null, width: null, height: null, variants: [], ...parts });
}

export function aSession(parts: Partial<SessionView> = {}): SessionView {
  return {
    account: { id: "0192a3b4-0000-7000-8000-aaaaaaaaaaaa", email: "ada@example.com", created_at: "2026-11-01T08:00:00Z" },
    access_token: "token-1",
    token_type: "Bearer",
    expires_in: 900,
    ...parts,
  };
}

export function aForm(image: ImageView): UploadView {
  const upload: PostFormView = {
    kind: "post",
    url: `http://bucket.test/form/${image.id}`,
    fields: { key: `uploads/${image.id}` },
    expires_at: new Date(Date.now() + 300_000).toISOString(),
  };
  return { image, upload };
}

export function someParts(image: ImageView, partBytes: number, uploaded: readonly number[] = []): UploadView {
  const count = Math.ceil(image.bytes / partBytes);
  const upload: MultipartView = {
    kind: "multipart",
    part_bytes: partBytes,
    expires_at: new Date(Date.now() + 300_000).toISOString(),
    parts: Array.from({ length: count }, (_, index) => ({
      number: index + 1,
      bytes: Math.min(partBytes, image.bytes - index * partBytes),
      url: `http://bucket.test/part/${image.id}/${index + 1}`,
      uploaded: uploaded.includes(index + 1),
      etag: uploaded.includes(index + 1) ? `etag-${index + 1}` : null,
    })),
  };
  return { image, upload };
}

export function aFile(name = "Dawn.jpg", bytes = 1_000, type = "image/jpeg"): File {
  return new File([new Uint8Array(bytes)], name, { type, lastModified: 1_700_000_000_000 });
}
