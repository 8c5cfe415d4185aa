import "@testing-library/jest-dom/vitest";
import "fake-indexeddb/auto";
import { cleanup } from "@testing-library/react";
import { clear, createStore } from "idb-keyval";
import { afterAll, afterEach, beforeAll, beforeEach, vi } from "vitest";
import { connection } from "@/lib/connection";
import { forgetConfig } from "@/lib/config";
import { startSpeaking } from "@/lib/i18n";
import { session } from "@/lib/session";
import { toasts } from "@/lib/toasts";
import { server } from "@/testing/server";
import { HashingWorker } from "@/testing/worker";

// What a browser has and jsdom has not. None of it decides anything that the tests look at.
class Silent {
  observe = () => undefined;
  unobserve = () => undefined;
  disconnect = () => undefined;
}
vi.stubGlobal("ResizeObserver", Silent);
vi.stubGlobal("IntersectionObserver", Silent);
vi.stubGlobal("Worker", HashingWorker);
const cloned = structuredClone;
vi.stubGlobal("structuredClone", (value: unknown) => {
  if (typeof value !== "object" || value === null || !("file" in value)) return cloned(value);
  const { file, ...rest } = value; // browsers clone files; Node knows nothing of jsdom's
  return { ...cloned(rest), file };
});
vi.stubGlobal("isSecureContext", true);
vi.stubGlobal("scrollTo", () => undefined);
window.matchMedia = (query) =>
  ({ matches: false, media: query, addEventListener: () => undefined, removeEventListener: () => undefined }) as never;
let objects = 0;
URL.createObjectURL = () => `blob:http://localhost:4584/${++objects}`;
URL.revokeObjectURL = () => undefined;
Element.prototype.getBoundingClientRect = () => new DOMRect(0, 0, 1000, 600);

beforeAll(async () => {
  server.listen({ onUnhandledRequest: "error" });
  await startSpeaking();
});
beforeEach(() => connection.heard());
afterEach(async () => {
  cleanup();
  server.resetHandlers();
  await session.logOut();
  await clear(createStore("darkroom.uploads", "begun"));
  toasts.set([]);
  forgetConfig();
  localStorage.clear();
});
afterAll(() => server.close());
