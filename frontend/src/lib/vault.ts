import { createStore, del, entries, set, type UseStore } from "idb-keyval";

/** A large upload that was begun, so that it can go on after a reload. */
export interface Begun {
  imageId: string;
  accountId: string;
  name: string;
  bytes: number;
  lastModified: number;
  contentType: string;
  checksum: string | null;
  /** In ms. */
  begunAt: number;
  /** The file itself, where there was room for it: then nobody has to choose it again. */
  file: File | null;
}

const LIFETIME_MS = 24 * 60 * 60 * 1000;

let store: UseStore | undefined;
const place = () => (store ??= createStore("darkroom.uploads", "begun"));

/** Remember an upload; without room for the file, remember the rest. A browser without storage just forgets. */
export async function remember(begun: Begun): Promise<void> {
  try {
    await set(begun.imageId, begun, place());
  } catch {
    await set(begun.imageId, { ...begun, file: null }, place()).catch(() => undefined);
  }
}

export async function forget(imageId: string): Promise<void> {
  await del(imageId, place()).catch(() => undefined);
}

/** What an account began here within a day, oldest first. Older ones are dropped: the API has given them up. */
export async function begunBy(accountId: string, now = Date.now()): Promise<Begun[]> {
  const all = await entries<string, Begun>(place()).catch(() => []);
  const old = all.filter(([, begun]) => now - begun.begunAt >= LIFETIME_MS);
  await Promise.all(old.map(([imageId]) => forget(imageId)));
  return all
    .map(([, begun]) => begun)
    .filter((begun) => begun.accountId === accountId && now - begun.begunAt < LIFETIME_MS)
    .sort((one, other) => one.begunAt - other.begunAt);
}

/** Whether a file is the one that was begun, as far as its outside tells. */
export function isSame(begun: Pick<Begun, "name" | "bytes" | "lastModified">, file: File): boolean {
  return begun.name === file.name && begun.bytes === file.size && begun.lastModified === file.lastModified;
}
