import { look } from "@/features/uploads/mutations";
import { ApiError } from "@/lib/api";
import { live } from "@/lib/live";
import { Store } from "@/lib/store";
import type { ImageView } from "@/lib/wire/api";

const WAITS_MS = [600, 1_000, 1_500, 2_000, 3_000, 5_000];
const LONGEST_WAIT_MS = 5_000;
const WAIT_WHILE_LIVE_MS = 15_000;

/**
 * Wait until an image is developed or refused. The socket says when; where it is blocked the image is looked at now
 * and then, and even with a socket once in a while, because a word can get lost.
 */
export async function follow(imageId: string, signal: AbortSignal): Promise<ImageView> {
  const words = new Store(0);
  const unlisten = live.listen((change) => {
    if (change.imageId === imageId && isEnd(change.status)) words.set(words.get() + 1);
  });
  try {
    for (let looks = 0; ; looks += 1) {
      const heard = words.get();
      const image = await looked(imageId, signal);
      if (image && isEnd(image.status)) return image;
      await another(words, heard, WAITS_MS[looks] ?? LONGEST_WAIT_MS, signal);
    }
  } finally {
    unlisten();
  }
}

const isEnd = (status: string) => status === "ready" || status === "refused";

async function looked(imageId: string, signal: AbortSignal): Promise<ImageView | null> {
  try {
    return await look(imageId, signal);
  } catch (error) {
    if (error instanceof ApiError && (error.code === "offline" || error.code === "fault")) return null;
    throw error;
  }
}

/** Wait for another word than was heard, at most `ms`, or longer while a socket is open. */
function another(words: Store<number>, heard: number, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    let timer = setTimeout(done, live.connected.get() ? WAIT_WHILE_LIVE_MS : ms);
    const unheed = words.subscribe(done);
    const unwatch = live.connected.subscribe(() => {
      clearTimeout(timer); // opened or lost: what was said in between is looked up soon
      timer = setTimeout(done, ms);
    });
    signal.addEventListener("abort", stop, { once: true });
    if (words.get() !== heard) done();
    if (signal.aborted) stop();

    function clear(): void {
      clearTimeout(timer);
      unheed();
      unwatch();
      signal.removeEventListener("abort", stop);
    }
    function done(): void {
      clear();
      resolve();
    }
    function stop(): void {
      clear();
      reject(signal.reason as Error);
    }
  });
}
