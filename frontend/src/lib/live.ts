import { ApiError, ask } from "@/lib/api";
import { config } from "@/lib/config";
import { Store } from "@/lib/store";
import type { TicketView } from "@/lib/wire/api";

/** An image of mine changed: which one, and what it is now. */
export interface ImageChanged {
  imageId: string;
  status: string;
}

interface Told {
  myImagesChanged: { cursor: string | null; status: string; image: { id: string } | null };
}

const SUBSCRIPTION = `
  subscription MyImages($after: String) {
    myImagesChanged(after: $after) { cursor status image { id } }
  }
`;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/**
 * Changes of my images as they happen. Where sockets are blocked nothing is said of it: `connected` stays false and
 * whoever waits for an image asks for it instead.
 */
export class Live {
  readonly connected = new Store(false);
  /** Counts how often changes were missed for good: what is shown has to be read again. */
  readonly gaps = new Store(0);
  readonly #listeners = new Set<(change: ImageChanged) => void>();
  #after: string | null = null;
  #stop: AbortController | undefined;

  listen(listener: (change: ImageChanged) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    if (this.#stop) return;
    this.#stop = new AbortController();
    void this.#keepConnected(this.#stop.signal);
  }

  stop(): void {
    this.#stop?.abort();
    this.#stop = undefined;
    this.#after = null;
    this.connected.set(false);
  }

  async #keepConnected(signal: AbortSignal): Promise<void> {
    const { sockets } = await config();
    if (sockets === null) return;
    let wait = FIRST_WAIT_MS;
    while (!signal.aborted) {
      try {
        await this.#subscribe(sockets, signal, () => {
          wait = FIRST_WAIT_MS;
        });
      } catch (error) {
        if (error instanceof ApiError && (error.code === "absent" || error.code === "signed_out")) return;
        if (Array.isArray(error)) this.#startAfresh(); // the words of GraphQL: what was missed is too much to be told
      }
      this.connected.set(false);
      await pause(wait * (0.75 + Math.random() / 2), signal); // not everybody at once after a deploy
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    }
  }

  /** Follow one connection to its end. */
  async #subscribe(sockets: string, signal: AbortSignal, onConnected: () => void): Promise<void> {
    const [{ createClient }, { ticket }] = await Promise.all([
      import("@/lib/socket-client"),
      ask<TicketView>("/v1/sockets/tickets", { method: "POST", body: {}, signal }),
    ]);
    const address = new URL(sockets);
    address.searchParams.set("ticket", ticket);
    const client = createClient({
      url: address.href,
      retryAttempts: 0, // a ticket is good for one connection, and `after` moves on
      keepAlive: 30_000,
      on: {
        connected: () => {
          onConnected();
          this.connected.set(true);
        },
      },
    });
    const stop = () => void client.dispose();
    signal.addEventListener("abort", stop, { once: true });
    try {
      for await (const told of client.iterate<Told>({ query: SUBSCRIPTION, variables: { after: this.#after } })) {
        if (told.data) this.#hear(told.data.myImagesChanged);
      }
    } finally {
      signal.removeEventListener("abort", stop);
      await client.dispose();
    }
  }

  #startAfresh(): void {
    if (this.#after === null) return;
    this.#after = null;
    this.gaps.set(this.gaps.get() + 1);
  }

  #hear({ cursor, status, image }: Told["myImagesChanged"]): void {
    this.#after = cursor ?? this.#after;
    if (image === null) return;
    for (const listener of [...this.#listeners]) listener({ imageId: image.id, status: status.toLowerCase() }); // GraphQL shouts its enums
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
    function done(): void {
      clearTimeout(timer);
      resolve();
    }
  });
}

export const live = new Live();
