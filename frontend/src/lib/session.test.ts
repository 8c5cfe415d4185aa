import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiError } from "@/lib/http";
import { Session, type Tab } from "@/lib/session";
import { aSession } from "@/testing/builders";

/** One browser: its cookie, its lock, its channel, and an API that ends everything when a cookie comes twice. */
class Browser {
  readonly asked: string[] = [];
  remembered = true;
  offline = false;
  #generation = 0;
  #spent = new Set<number>();
  #ended = false;
  #turn: Promise<unknown> = Promise.resolve();
  #busy = 0;
  readonly #hears = new Map<object, (message: never) => void>();

  tab(): Tab {
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    const browser = this;
    const self = {};
    return {
      alone: async (task) => {
        const waited = browser.#busy > 0;
        browser.#busy += 1;
        const mine = browser.#turn.then(() => task(waited));
        browser.#turn = mine.catch(() => undefined);
        return mine.finally(() => (browser.#busy -= 1));
      },
      tell: (message) => {
        for (const [other, hear] of browser.#hears) if (other !== self) setTimeout(() => hear(message as never), 5);
      },
      listen: (hear) => void browser.#hears.set(self, hear),
      get remembered() {
        return browser.remembered;
      },
      set remembered(yes) {
        browser.remembered = yes;
      },
      now: () => Date.now(),
      ask: async <Answer>(path: string) => browser.#answer(path) as Promise<Answer>,
    };
  }

  end(): void {
    this.#ended = true;
  }

  async #answer(path: string): Promise<unknown> {
    this.asked.push(path);
    const cookie = this.#generation;
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (this.offline) throw new ApiError("offline", "");
    if (path.endsWith("logout") || path.endsWith("everywhere")) return undefined;
    if (path.endsWith("refresh")) {
      if (this.#ended || this.#spent.has(cookie)) throw new ApiError("signed_out", "Sign in again.");
      this.#spent.add(cookie);
    }
    this.#generation += 1;
    return aSession({ access_token: `token-${this.#generation}` });
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function settled<Result>(promise: Promise<Result>): Promise<Result> {
  const done = promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  await vi.advanceTimersByTimeAsync(2_000);
  const outcome = await done;
  if ("error" in outcome) throw outcome.error;
  return outcome.value;
}

test("a reload takes up the session that the cookie holds", async () => {
  const tab = new Session(new Browser().tab());

  await settled(tab.start());

  expect(tab.state.get()).toMatchObject({ kind: "in", account: { email: "ada@example.com" } });
});

test("a browser where nobody signed in asks for nothing", async () => {
  const browser = new Browser();
  browser.remembered = false;
  const tab = new Session(browser.tab());

  await settled(tab.start());

  expect(tab.state.get().kind).toBe("out");
  expect(browser.asked).toEqual([]);
});

test("tabs that are opened together refresh once, and share the token", async () => {
  const browser = new Browser();
  const tabs = [new Session(browser.tab()), new Session(browser.tab()), new Session(browser.tab())];

  await settled(Promise.all(tabs.map((tab) => tab.start())));

  const tokens = await settled(Promise.all(tabs.map((tab) => tab.token())));
  expect(browser.asked).toEqual(["/v1/auth/refresh"]);
  expect(new Set(tokens)).toEqual(new Set(["token-1"]));
});

test("requests that are refused together renew the session once", async () => {
  const browser = new Browser();
  const tab = new Session(browser.tab());
  await settled(tab.start());

  const renewed = await settled(Promise.all([tab.renew("token-1"), tab.renew("token-1"), tab.renew("token-1")]));

  expect(renewed).toEqual(["token-2", "token-2", "token-2"]);
  expect(browser.asked).toHaveLength(2);
});

test("the token is renewed silently before it runs out, by one tab for all", async () => {
  const browser = new Browser();
  const tabs = [new Session(browser.tab()), new Session(browser.tab())];
  await settled(Promise.all(tabs.map((tab) => tab.start())));

  await vi.advanceTimersByTimeAsync(15 * 60_000);

  expect(browser.asked).toHaveLength(2);
  expect(await Promise.all(tabs.map((tab) => tab.token()))).toEqual(["token-2", "token-2"]);
});

test("a session that was ended elsewhere leads out in every tab", async () => {
  const browser = new Browser();
  const tabs = [new Session(browser.tab()), new Session(browser.tab())];
  await settled(Promise.all(tabs.map((tab) => tab.start())));
  browser.end();

  const renewed = await settled(tabs[0]!.renew("token-1"));

  expect(renewed).toBeNull();
  expect(tabs.map((tab) => tab.state.get().kind)).toEqual(["out", "out"]);
});

test("without a connection nobody is signed out", async () => {
  const browser = new Browser();
  const tab = new Session(browser.tab());
  await settled(tab.start());
  browser.offline = true;

  await expect(settled(tab.renew("token-1"))).rejects.toMatchObject({ code: "offline" });

  expect(tab.state.get().kind).toBe("in");
});

test("signing out in one tab signs out the others", async () => {
  const browser = new Browser();
  const tabs = [new Session(browser.tab()), new Session(browser.tab())];
  await settled(Promise.all(tabs.map((tab) => tab.start())));

  await settled(tabs[0]!.logOut());

  expect(tabs.map((tab) => tab.state.get().kind)).toEqual(["out", "out"]);
  expect(browser.remembered).toBe(false);
});

test("signing in in one tab signs in the others", async () => {
  const browser = new Browser();
  browser.remembered = false;
  const tabs = [new Session(browser.tab()), new Session(browser.tab())];
  await settled(Promise.all(tabs.map((tab) => tab.start())));

  await settled(tabs[0]!.logIn("ada@example.com", "correct horse battery"));

  expect(tabs.map((tab) => tab.state.get().kind)).toEqual(["in", "in"]);
});
