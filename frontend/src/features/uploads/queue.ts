import { transfer, NoMoreBytes } from "@/features/uploads/transfer";
import { follow } from "@/features/uploads/follow";
import { kindOf } from "@/features/uploads/kinds";
import { announce, giveUp, look, takeUp } from "@/features/uploads/mutations";
import { isOver, isSending, type Trouble, type Upload } from "@/features/uploads/upload";
import { ApiError } from "@/lib/api";
import { checksum, Unreadable } from "@/lib/checksum";
import { config } from "@/lib/config";
import { claim } from "@/lib/locks";
import { NotSent } from "@/lib/send";
import { Store } from "@/lib/store";
import { begunBy, forget, isSame, remember } from "@/lib/vault";
import type { ImageView, UploadView } from "@/lib/wire/api";

const AT_ONCE = 3;

/** Uploads in the order they were added: three at once are sent, the rest wait for their turn. */
export class UploadQueue {
  readonly uploads = new Store<readonly Upload[]>([]);
  /** How many uploads of an earlier visit went on by themselves. */
  readonly resumed = new Store(0);
  readonly #work = new Map<string, AbortController>();
  readonly #onImage: (image: ImageView) => void;
  #account: string | null = null;

  constructor(onImage: (image: ImageView) => void) {
    this.#onImage = onImage;
  }

  /** Begin for an account, and go on with what it began here before. */
  async open(accountId: string): Promise<void> {
    this.#account = accountId;
    const begun = await begunBy(accountId);
    if (this.#account !== accountId) return;
    const known = new Set(this.uploads.get().map(({ imageId }) => imageId));
    const left = begun.filter(({ imageId }) => !known.has(imageId));
    this.#append(
      left.map((each) => ({
        ...blank(each.name, each.bytes, each.lastModified, each.contentType, each.file),
        phase: each.file ? "waiting" : "missing",
        imageId: each.imageId,
        checksum: each.checksum,
      })),
    );
    this.resumed.set(left.filter(({ file }) => file).length);
    this.#pump();
  }

  /** Stop everything here; what was begun can go on another time. */
  close(): void {
    this.#account = null;
    for (const work of this.#work.values()) work.abort();
    this.#work.clear();
    for (const upload of this.uploads.get()) release(upload);
    this.uploads.set([]);
    this.resumed.set(0);
  }

  /** Take files. One that goes on with an upload whose file was missing is recognised. */
  async add(files: readonly File[]): Promise<void> {
    const { mostUploadBytes } = await config();
    const fresh: Upload[] = [];
    for (const file of files) {
      const missing = this.uploads.get().find((upload) => upload.phase === "missing" && isSame(upload, file));
      if (missing) this.provide(missing.key, file);
      else fresh.push(taken(file, mostUploadBytes));
    }
    this.#append(fresh);
    this.#pump();
  }

  /** Go on with an upload whose file had to be chosen again. */
  provide(key: string, file: File): void {
    const upload = this.#get(key);
    if (upload?.phase !== "missing") return;
    if (!isSame(upload, file)) {
      this.#change(key, { trouble: { kind: "not_the_same" } });
      return;
    }
    this.#change(key, { file, preview: URL.createObjectURL(file), phase: "waiting", trouble: null });
    this.#pump();
  }

  retry(key: string): void {
    const upload = this.#get(key);
    if (upload?.phase !== "failed" || !upload.file) return;
    this.#change(key, { phase: "waiting", trouble: null, sent: 0 });
    this.#pump();
  }

  /** Give an upload up, or take one that is over off the list. */
  remove(key: string): void {
    const upload = this.#get(key);
    if (!upload) return;
    this.#work.get(key)?.abort();
    this.#work.delete(key);
    release(upload);
    this.uploads.set(this.uploads.get().filter((each) => each.key !== key));
    if (upload.imageId !== null && !isOver(upload)) {
      void forget(upload.imageId);
      if (upload.phase !== "developing") giveUp(upload.imageId).catch(() => undefined); // it is given up in a day anyway
    }
    this.#pump();
  }

  clearFinished(): void {
    for (const upload of this.uploads.get()) if (isOver(upload)) this.remove(upload.key);
  }

  #pump(): void {
    let busy = this.uploads.get().filter(isSending).length;
    for (const upload of this.uploads.get()) {
      if (busy >= AT_ONCE) return;
      if (upload.phase !== "waiting" || this.#work.has(upload.key)) continue;
      busy += 1;
      void this.#run(upload.key);
    }
  }

  async #run(key: string): Promise<void> {
    const work = new AbortController();
    this.#work.set(key, work);
    try {
      await this.#send(key, work.signal);
      this.#pump();
      await this.#develop(key, work.signal);
    } catch (error) {
      if (!work.signal.aborted) this.#fail(key, error);
    } finally {
      if (this.#work.get(key) === work) this.#work.delete(key);
      this.#pump();
    }
  }

  /** Bring the bytes to the storage, from wherever it was left. */
  async #send(key: string, signal: AbortSignal): Promise<void> {
    const upload = this.#get(key);
    if (!upload?.file) return;
    this.#change(key, { phase: "reading" });
    const { file } = upload;
    const place = upload.imageId === null ? await this.#announce(key, file, signal) : await this.#takeUp(key, signal);
    if (place === null) return;
    const letGo = await claim(`darkroom.upload.${place.image.id}`, signal);
    if (letGo === null) {
      this.#change(key, { phase: "developing" }); // another tab sends it: here it is only watched
      return;
    }
    try {
      this.#change(key, { phase: "sending" });
      await transfer(place, file, {
        signal,
        onSent: (sent) => this.#change(key, { sent, phase: sent >= file.size ? "finishing" : "sending" }),
      });
    } catch (error) {
      if (!(error instanceof NoMoreBytes)) throw error;
    } finally {
      letGo();
    }
    this.#change(key, { phase: "developing", sent: file.size });
    await forget(place.image.id);
  }

  async #announce(key: string, file: File, signal: AbortSignal): Promise<UploadView> {
    const upload = this.#get(key);
    const hash = upload?.checksum ?? (await checksum(file, signal));
    const contentType = upload?.contentType ?? "";
    const place = await announce(
      {
        file_name: file.name,
        content_type: contentType,
        bytes: file.size,
        ...(hash === null ? {} : { checksum_sha256: hash }),
      },
      signal,
    );
    this.#change(key, { imageId: place.image.id, checksum: hash, image: place.image });
    if (place.upload.kind === "multipart" && this.#account !== null) {
      await remember({
        imageId: place.image.id,
        accountId: this.#account,
        name: file.name,
        bytes: file.size,
        lastModified: file.lastModified,
        contentType,
        checksum: hash,
        begunAt: Date.now(),
        file,
      });
    }
    return place;
  }

  /** Ask where an upload of before stands. Null says that all of its bytes are there. */
  async #takeUp(key: string, signal: AbortSignal): Promise<UploadView | null> {
    const upload = this.#get(key);
    if (!upload?.imageId || !upload.file) return null;
    try {
      return await takeUp(upload.imageId, signal);
    } catch (error) {
      if (!(error instanceof ApiError) || (error.code !== "conflict" && error.code !== "absent")) throw error;
      const image = error.code === "conflict" ? await look(upload.imageId, signal) : null;
      await forget(upload.imageId);
      if (image?.status === "processing" || image?.status === "ready") {
        this.#change(key, { phase: "developing", sent: upload.bytes });
        return null;
      }
      return this.#announce(key, upload.file, signal); // its time is over: from the start
    }
  }

  async #develop(key: string, signal: AbortSignal): Promise<void> {
    const upload = this.#get(key);
    if (!upload?.imageId) return;
    const image = await follow(upload.imageId, signal);
    this.#change(key, { image, phase: image.status === "ready" ? "ready" : "refused" });
    this.#onImage(image);
  }

  #fail(key: string, error: unknown): void {
    const trouble = troubleOf(error);
    const final = error instanceof ApiError && ["too_large", "wrong_kind", "invalid"].includes(error.code);
    this.#change(key, { phase: final ? "refused" : "failed", trouble });
  }

  #get(key: string): Upload | undefined {
    return this.uploads.get().find((upload) => upload.key === key);
  }

  #append(uploads: readonly Upload[]): void {
    if (uploads.length > 0) this.uploads.set([...this.uploads.get(), ...uploads]);
  }

  #change(key: string, change: Partial<Upload>): void {
    this.uploads.set(this.uploads.get().map((upload) => (upload.key === key ? { ...upload, ...change } : upload)));
  }
}

/** A file as it was added; what can't be developed is refused before it is read. */
function taken(file: File, most: number): Upload {
  const contentType = kindOf(file);
  const trouble: Trouble | null =
    contentType === undefined
      ? { kind: "wrong_kind" }
      : file.size === 0
        ? { kind: "empty" }
        : file.size > most
          ? { kind: "too_large", most }
          : null;
  return {
    ...blank(file.name, file.size, file.lastModified, contentType ?? "", file),
    phase: trouble ? "refused" : "waiting",
    trouble,
  };
}

function blank(name: string, bytes: number, lastModified: number, contentType: string, file: File | null): Upload {
  return {
    key: crypto.randomUUID(),
    name,
    bytes,
    lastModified,
    contentType,
    file,
    preview: file && contentType !== "" ? URL.createObjectURL(file) : null,
    phase: "waiting",
    sent: 0,
    imageId: null,
    checksum: null,
    image: null,
    trouble: null,
  };
}

function troubleOf(error: unknown): Trouble {
  if (error instanceof Unreadable) return { kind: "unreadable" };
  if (error instanceof NotSent) return { kind: "interrupted" };
  return { kind: "said", error };
}

function release(upload: Upload): void {
  if (upload.preview !== null) URL.revokeObjectURL(upload.preview);
}
