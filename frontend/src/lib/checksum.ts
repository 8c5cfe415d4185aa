/** The file can't be read any more: it was moved, or the browser may not look at it. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
}

/** The SHA-256 of a file in hexadecimal digits, or null where the page is not secure and may not compute it. */
export function checksum(file: File, signal: AbortSignal): Promise<string | null> {
  if (!isSecureContext) return Promise.resolve(null);
  const worker = new Worker(new URL("./checksum.worker.ts", import.meta.url), { type: "module" });
  return new Promise<string>((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    worker.onmessage = (event: MessageEvent<{ hex: string } | { error: string }>) => {
      if ("hex" in event.data) resolve(event.data.hex);
      else reject(new Unreadable(event.data.error));
    };
    worker.onerror = (event) => reject(new Unreadable(event.message));
    worker.postMessage(file);
  }).finally(() => worker.terminate());
}
