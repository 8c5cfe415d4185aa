import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build, type Manifest } from "vite";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

const KB = 1_000;
const FIRST_LOAD = ["index.html", "src/locales/en/index.ts", "src/features/access/components/pages.ts"];

let place: string;
let manifest: Manifest;

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), "darkroom-web-"));
  vi.stubEnv("NODE_ENV", "production"); // else React comes with its warnings
  await build({ mode: "production", build: { outDir: place }, logLevel: "error" });
  manifest = JSON.parse(await readFile(join(place, ".vite/manifest.json"), "utf8")) as Manifest;
}, 120_000);
afterAll(() => rm(place, { recursive: true, force: true }));

/** The files that these entries load before they run. */
function loaded(names: readonly string[], seen = new Set<string>()): Set<string> {
  for (const name of names) {
    const chunk = manifest[name];
    if (!chunk) throw new Error(`The build has no ${name}: say its new name here.`);
    if (seen.has(chunk.file)) continue;
    seen.add(chunk.file);
    loaded(chunk.imports ?? [], seen);
  }
  return seen;
}

test("the sign-in page loads less than 200 KB of compressed script", async () => {
  const sizes = await Promise.all([...loaded(FIRST_LOAD)].map(async (file) => gzipSync(await readFile(join(place, file))).length));

  const total = sizes.reduce((sum, size) => sum + size, 0);
  console.info(`The sign-in page loads ${(total / KB).toFixed(1)} KB of compressed script.`);
  expect(total).toBeLessThan(200 * KB);
});

test("the page that is served runs no inline script and holds no inline style", async () => {
  const page = await readFile(join(place, "index.html"), "utf8");

  expect(page).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>/);
  expect(page).not.toMatch(/<style|\sstyle=|\son[a-z]+=/);
});
