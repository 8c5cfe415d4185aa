import { delay, http, HttpResponse } from "msw";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { UploadQueue } from "@/features/uploads/queue";
import type { Upload } from "@/features/uploads/upload";
import { live } from "@/lib/live";
import { session } from "@/lib/session";
import { begunBy, remember } from "@/lib/vault";
import type { ImageView, NewUpload } from "@/lib/wire/api";
import { aFile, aForm, anAwaitedImage, anImage, someParts } from "@/testing/builders";
import { refusal, server } from "@/testing/server";

const ADA = "0192a3b4-0000-7000-8000-aaaaaaaaaaaa";
const MB = 1_000_000;

/** A storage and an API that develop what arrives. */
class World {
  readonly images = new Map<string, ImageView>();
  readonly arrived: string[] = [];
  readonly givenUp: string[] = [];
  sending = 0;
  mostAtOnce = 0;
  sendingTakesMs = 30;
  partBytes = 8 * MB;
  uploaded: number[] = [];
  /** How the storage answers a form or a part, before it takes it. */
  interfere: (place: string) => Response | undefined = () => undefined;
  outcome: (image: ImageView) => ImageView = (image) => anImage({ id: image.id, file_name: image.file_name });

  start(): void {
    server.use(
      http.post("/v1/uploads", async ({ request }) => {
        const asked = (await request.json()) as NewUpload;
        const image = anAwaitedImage({ file_name: asked.file_name, bytes: asked.bytes });
        this.images.set(image.id, image);
        return HttpResponse.json(this.place(image), { status: 201 });
      }),
      http.get("/v1/uploads/:id", ({ params }) => {
        const image = this.images.get(String(params.id));
        if (image?.status !== "awaiting") return refusal(409, "This upload needs no more bytes.");
        return HttpResponse.json(this.place(image));
      }),
      http.delete("/v1/uploads/:id", ({ params }) => {
        this.givenUp.push(String(params.id));
        return new HttpResponse(null, { status: 204 });
      }),
      http.post("/v1/uploads/:id/complete", async ({ params, request }) => {
        const { parts } = (await request.json()) as { parts: { number: number }[] };
        this.arrived.push(`complete ${parts.map(({ number }) => number).join()}`);
        const image = this.images.get(String(params.id));
        if (image) this.images.set(image.id, this.outcome(image));
        return HttpResponse.json({ image }, { status: 202 });
      }),
      http.post("http://bucket.test/form/:id", async ({ params }) => {
        const answer = await this.take(`form ${this.images.get(String(params.id))?.file_name ?? ""}`);
        if (answer) return answer;
        const image = this.images.get(String(params.id));
        if (image) this.images.set(image.id, this.outcome(image));
        return new HttpResponse(null, { status: 204 });
      }),
      http.put("http://bucket.test/part/:id/:number", async ({ params }) => {
        const number = Number(params.number);
        const answer = await this.take(`part ${number}`);
        if (answer) return answer;
        this.uploaded.push(number);
        return new HttpResponse(null, { headers: { ETag: `etag-${number}` } });
      }),
      http.get("/v1/images/:id", ({ params }) => {
        const image = this.images.get(String(params.id));
        return image ? HttpResponse.json(image) : refusal(404, "No image.");
      }),
    );
  }

  place(image: ImageView) {
    return image.bytes > 16 * MB ? someParts(image, this.partBytes, this.uploaded) : aForm(image);
  }

  async take(place: string): Promise<Response | undefined> {
    this.sending += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.sending);
    await delay(this.sendingTakesMs);
    this.sending -= 1;
    const answer = this.interfere(place);
    if (!answer) this.arrived.push(place);
    return answer;
  }
}

let world: World;
let queue: UploadQueue;
const developed: ImageView[] = [];

beforeEach(async () => {
  await session.logIn("ada@example.com", "correct horse battery");
  world = new World();
  world.start();
  developed.length = 0;
  queue = new UploadQueue((image) => developed.push(image));
  await queue.open(ADA);
});
afterEach(() => queue.close());

const phases = () => queue.uploads.get().map(({ phase }) => phase);
const only = (): Upload => queue.uploads.get()[0]!;
const until = (look: () => void) => vi.waitFor(look, { timeout: 4_000, interval: 10 });

test("a photo goes from file to developed image", async () => {
  await queue.add([aFile("Dawn.jpg")]);

  await until(() => expect(phases()).toEqual(["ready"]));
  expect(world.arrived).toEqual(["form Dawn.jpg"]);
  expect(only()).toMatchObject({ sent: 1_000, image: { status: "ready" } });
  expect(developed).toHaveLength(1);
});

test("three are sent at once and the rest wait for their turn", async () => {
  await queue.add(["a", "b", "c", "d", "e", "f", "g"].map((name) => aFile(`${name}.jpg`)));

  await until(() => expect(phases()).toContain("waiting"));
  await until(() => expect(phases()).toEqual(Array(7).fill("ready")));
  expect(world.mostAtOnce).toBe(3);
});

test("what can't be developed is refused before it is read", async () => {
  server.use(http.get("/config.json", () => HttpResponse.json({ mostUploadBytes: 5_000 })));

  await queue.add([aFile("notes.txt", 10, "text/plain"), aFile("empty.jpg", 0), aFile("huge.jpg", 5_001)]);

  expect(queue.uploads.get().map(({ trouble }) => trouble?.kind)).toEqual(["wrong_kind", "empty", "too_large"]);
  expect(world.images.size).toBe(0);
});

test("a HEIC is known by its name where the browser knows no type for it", async () => {
  await queue.add([aFile("IMG_1.HEIC", 1_000, "")]);

  await until(() => expect(phases()).toEqual(["ready"]));
  expect(only().contentType).toBe("image/heic");
});

test("a refusal keeps the API's reason", async () => {
  world.outcome = (image) => anImage({ id: image.id, status: "refused", reason: "This is no photo.", variants: [] });

  await queue.add([aFile()]);

  await until(() => expect(phases()).toEqual(["refused"]));
  expect(only().image?.reason).toBe("This is no photo.");
});

test("a broken connection is tried again by itself", async () => {
  let broken = 1;
  world.interfere = () => (broken-- > 0 ? HttpResponse.error() : undefined);

  await queue.add([aFile()]);

  await until(() => expect(phases()).toEqual(["ready"]));
});

test("what failed is sent again when one asks for it", async () => {
  server.use(http.post("/v1/uploads", () => refusal(503, "Try again in a minute."), { once: true }));
  await queue.add([aFile()]);
  await until(() => expect(phases()).toEqual(["failed"]));

  queue.retry(only().key);

  await until(() => expect(phases()).toEqual(["ready"]));
});

test("cancelling stops the sending and gives the upload up", async () => {
  world.sendingTakesMs = 60_000;
  await queue.add([aFile()]);
  await until(() => expect(phases()).toEqual(["sending"]));
  const { imageId, key } = only();

  queue.remove(key);

  expect(phases()).toEqual([]);
  await until(() => expect(world.givenUp).toEqual([imageId]));
});

test("a large file is sent in parts and remembered until it is there", async () => {
  await queue.add([aFile("Large.png", 20 * MB, "image/png")]);
  await until(() => expect(world.arrived).toContain("part 1"));
  expect(await begunBy(ADA)).toMatchObject([{ name: "Large.png" }]);

  await until(() => expect(phases()).toEqual(["ready"]));
  expect(world.arrived).toEqual(["part 1", "part 2", "part 3", "complete 1,2,3"]);
  expect(await begunBy(ADA)).toEqual([]);
});

test("after a reload a large file goes on by itself, with the parts that are missing", async () => {
  world.interfere = (place) => (place === "part 3" ? new HttpResponse(null, { status: 501 }) : undefined);
  await queue.add([aFile("Large.png", 20 * MB, "image/png")]);
  await until(() => expect(world.uploaded).toEqual([1, 2]));
  queue.close();
  await until(() => expect(world.sending).toBe(0));
  world.interfere = () => undefined;
  world.arrived.length = 0;

  const reloaded = new UploadQueue(() => undefined);
  await reloaded.open(ADA);

  await until(() => expect(reloaded.uploads.get()[0]?.phase).toBe("ready"));
  expect(world.arrived).toEqual(["part 3", "complete 1,2,3"]);
  expect(reloaded.resumed.get()).toBe(1);
  reloaded.close();
});

test("a file that the browser could not keep is asked for again, and another one is not taken for it", async () => {
  const image = anAwaitedImage({ file_name: "Large.png", bytes: 20 * MB });
  world.images.set(image.id, image);
  const begun = { name: "Large.png", bytes: 20 * MB, lastModified: 1_700_000_000_000, contentType: "image/png" };
  await remember({ ...begun, imageId: image.id, accountId: ADA, checksum: null, begunAt: Date.now(), file: null });
  const reloaded = new UploadQueue(() => undefined);
  await reloaded.open(ADA);
  const { key, phase } = reloaded.uploads.get()[0]!;
  expect(phase).toBe("missing");

  reloaded.provide(key, aFile("Other.png", 17 * MB, "image/png"));
  expect(reloaded.uploads.get()[0]?.trouble?.kind).toBe("not_the_same");
  await reloaded.add([aFile("Large.png", 20 * MB, "image/png")]);

  await until(() => expect(reloaded.uploads.get().map((upload) => upload.phase)).toEqual(["ready"]));
  reloaded.close();
});

test("what another account began here is not shown", async () => {
  const begun = { name: "Large.png", bytes: 20 * MB, lastModified: 1, contentType: "image/png", file: null };
  await remember({ ...begun, imageId: "x", accountId: "somebody-else", checksum: null, begunAt: Date.now() });
  const reloaded = new UploadQueue(() => undefined);

  await reloaded.open(ADA);

  expect(reloaded.uploads.get()).toEqual([]);
});

test("where sockets are blocked an image is asked for until it is developed", async () => {
  world.outcome = (image) => ({ ...image, status: "processing" });
  await queue.add([aFile()]);
  await until(() => expect(phases()).toEqual(["developing"]));

  const { imageId } = only();
  world.images.set(imageId!, anImage({ id: imageId! }));

  await until(() => expect(phases()).toEqual(["ready"]));
});

test("over a socket an image is asked for when it is said to be developed, and not before", async () => {
  let looks = 0;
  server.events.on("request:start", ({ request }) => {
    if (request.method === "GET" && request.url.includes("/v1/images/")) looks += 1;
  });
  const hear = vi.spyOn(live, "listen");
  live.connected.set(true);
  world.outcome = (image) => ({ ...image, status: "processing" });
  await queue.add([aFile()]);
  await until(() => expect(phases()).toEqual(["developing"]));
  await delay(1_500);
  expect(looks).toBe(1);

  const { imageId } = only();
  world.images.set(imageId!, anImage({ id: imageId! }));
  hear.mock.calls.forEach(([tell]) => tell({ imageId: imageId!, status: "ready" }));

  await until(() => expect(phases()).toEqual(["ready"]));
  expect(looks).toBe(2);
  live.connected.set(false);
  server.events.removeAllListeners();
});
