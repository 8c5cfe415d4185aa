import { createHash } from "node:crypto";

/** jsdom has no workers, and its bytes are strangers to Node's SubtleCrypto: this one does what checksum.worker.ts does. */
export class HashingWorker {
  onmessage: ((event: { data: unknown }) => void) | null = null;

  postMessage(file: Blob): void {
    const reader = new FileReader();
    reader.onload = () => {
      const bytes = Buffer.from(new Uint8Array(reader.result as ArrayBuffer));
      this.onmessage?.({ data: { hex: createHash("sha256").update(bytes).digest("hex") } });
    };
    reader.readAsArrayBuffer(file);
  }

  terminate(): void {
    this.onmessage = null;
  }
}
