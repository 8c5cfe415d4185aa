import { complete, takeUp } from "@/features/uploads/mutations";
import { ApiError } from "@/lib/api";
import { connection } from "@/lib/connection";
import { NotSent, sendForm, sendPart, type Sending } from "@/lib/send";
import type { MultipartView, PartView, UploadView } from "@/lib/wire/api";

const TRIES = 5;
const FIRST_WAIT_MS = 500;
const LEFT_MS = 20_000;

/** The API says that this upload has all of its bytes. */
export class NoMoreBytes extends Error {
  override readonly name = "NoMoreBytes";
}

export interface Progress {
  signal: AbortSignal;
  onSent: (bytes: number) => void;
}

/**
 * Bring a file to its place. A broken connection is waited for, an address that ran out is renewed, and after five
 * tries without a byte of progress the last error is thrown.
 */
export async function transfer(place: UploadView, file: File, progress: Progress): Promise<void> {
  let now = place;
  let arrived = arrivedBytes(now);
  for (let failures = 0; ; ) {
    try {
      await attempt(now, file, progress);
      return;
    } catch (error) {
      progress.signal.throwIfAborted();
      if (!isPassing(error)) throw error;
      failures += 1;
      if (failures >= TRIES) throw error;
      await pause(FIRST_WAIT_MS * 2 ** failures, progress.signal);
      now = (await retaken(now.image.id, progress.signal)) ?? now;
      const more = arrivedBytes(now);
      if (more > arrived) failures = 0;
      arrived = more;
    }
  }
}

async function attempt(place: UploadView, file: File, progress: Progress): Promise<void> {
  const { upload, image } = place;
  if (upload.kind === "post") {
    await sendForm(upload.url, upload.fields, file, { signal: progress.signal, onProgress: progress.onSent });
    return;
  }
  const etags = await sendParts(upload, image.id, file, progress);
  await complete(image.id, etags, progress.signal);
}

async function sendParts(
  first: MultipartView,
  imageId: string,
  file: File,
  { signal, onSent }: Progress,
): Promise<{ number: number; etag: string }[]> {
  const etags = new Map(first.parts.flatMap(({ number, etag }) => (etag === null ? [] : [[number, etag] as const])));
  let upload = first;
  let done = first.parts.reduce((sum, part) => sum + (part.uploaded ? part.bytes : 0), 0);
  onSent(done);
  for (const { number, uploaded, bytes } of first.parts) {
    if (uploaded) continue;
    upload = await inTime(upload, imageId, signal);
    const begin = (number - 1) * upload.part_bytes;
    const sending: Sending = { signal, onProgress: (sent) => onSent(done + Math.min(sent, bytes)) };
    const etag = await sendPart(addressOf(upload, number).url, file.slice(begin, begin + bytes), sending);
    if (etag !== null) etags.set(number, etag);
    done += bytes;
    onSent(done);
  }
  if (etags.size < first.parts.length) return heldParts(imageId, signal); // the storage does not show its ETags
  return [...etags].sort(([one], [other]) => one - other).map(([number, etag]) => ({ number, etag }));
}

/** Addresses are good for a few minutes: ask for fresh ones before they run out. */
async function inTime(upload: MultipartView, imageId: string, signal: AbortSignal): Promise<MultipartView> {
  if (Date.parse(upload.expires_at) - Date.now() > LEFT_MS) return upload;
  const fresh = (await takeUp(imageId, signal)).upload;
  return fresh.kind === "multipart" ? fresh : upload;
}

async function heldParts(imageId: string, signal: AbortSignal): Promise<{ number: number; etag: string }[]> {
  const { upload } = await takeUp(imageId, signal);
  const parts: PartView[] = upload.kind === "multipart" ? upload.parts : [];
  return parts.flatMap(({ number, etag }) => (etag === null ? [] : [{ number, etag }]));
}

async function retaken(imageId: string, signal: AbortSignal): Promise<UploadView | null> {
  try {
    return await takeUp(imageId, signal);
  } catch (error) {
    if (error instanceof ApiError && error.code === "conflict") throw new NoMoreBytes();
    if (error instanceof ApiError && (error.code === "offline" || error.code === "fault")) return null;
    throw error;
  }
}

/** Whether another try may help. 400 is the storage's word for a connection that broke on its side, 403 for too late. */
function isPassing(error: unknown): boolean {
  if (error instanceof NotSent) return [0, 400, 403, 408, 429].includes(error.status) || error.status >= 500;
  return error instanceof ApiError && (error.code === "offline" || error.code === "fault");
}

function arrivedBytes({ upload }: UploadView): number {
  if (upload.kind === "post") return 0;
  return upload.parts.reduce((sum, part) => sum + (part.uploaded ? part.bytes : 0), 0);
}

function addressOf(upload: MultipartView, number: number): PartView {
  const part = upload.parts.find((each) => each.number === number);
  if (!part) throw new NotSent(403);
  return part;
}

/** Wait a while, and where there is no connection until there is one. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let waited = false;
    const stop = () => {
      clearTimeout(timer);
      unsubscribe();
      reject(signal.reason as Error);
    };
    const go = () => {
      if (!waited || (!navigator.onLine && !connection.online.get())) return;
      unsubscribe();
      signal.removeEventListener("abort", stop);
      resolve();
    };
    const unsubscribe = connection.online.subscribe(go);
    const timer = setTimeout(() => {
      waited = true;
      go();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
