import type { ImageView } from "@/lib/wire/api";

/**
 * Where an upload is. `missing` waits for its file to be chosen again; `failed` may be tried again; `refused` is the
 * API's last word.
 */
export type Phase =
  | "waiting"
  | "reading"
  | "sending"
  | "finishing"
  | "developing"
  | "ready"
  | "refused"
  | "failed"
  | "missing";

/** Why an upload stopped: one of our sentences, or one that was said to us. */
export type Trouble =
  | { kind: "too_large"; most: number }
  | { kind: "wrong_kind" | "empty" | "unreadable" | "expired" | "interrupted" | "not_the_same" }
  | { kind: "said"; error: unknown };

/** A file on its way to being a developed image. */
export interface Upload {
  readonly key: string;
  readonly name: string;
  readonly bytes: number;
  readonly lastModified: number;
  readonly contentType: string;
  readonly file: File | null;
  /** Address of the file itself, to be shown at once. */
  readonly preview: string | null;
  readonly phase: Phase;
  /** Bytes that have left. */
  readonly sent: number;
  readonly imageId: string | null;
  readonly checksum: string | null;
  readonly image: ImageView | null;
  readonly trouble: Trouble | null;
}

/** Whether its bytes are on their way: leaving the page now would interrupt it. */
export function isSending({ phase }: Upload): boolean {
  return phase === "reading" || phase === "sending" || phase === "finishing";
}

export function isOver({ phase }: Upload): boolean {
  return phase === "ready" || phase === "refused";
}
