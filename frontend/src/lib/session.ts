import { ApiError, askOpenly } from "@/lib/http";
import { keep, recall } from "@/lib/settings";
import { Store } from "@/lib/store";
import type { AccountView, SessionView } from "@/lib/wire/api";

/** Nobody knows yet, nobody is signed in, or somebody is. */
export type SessionState =
  | { kind: "unknown" }
  | { kind: "out" }
  | { kind: "in"; account: AccountView; token: string; /** By our clock, in ms. */ expiresAt: number };

type SignedIn = Extract<SessionState, { kind: "in" }>;
type Message = { kind: "in"; session: SignedIn } | { kind: "out" };

/** What a session needs of its browser tab; tests give several tabs one browser. */
export interface Tab {
  /** Run `task` while no other tab of this browser runs one; `waited` says that another one did in between. */
  alone<Result>(task: (waited: boolean) => Promise<Result>): Promise<Result>;
  tell(message: Message): void;
  listen(hear: (message: Message) => void): void;
  /** Whether somebody signed in here before: only then is there a cookie to try. */
  remembered: boolean;
  now(): number;
  /** Ask `/v1/auth/...` in the cookie's way. */
  ask<Answer>(path: string, body?: unknown, token?: string): Promise<Answer>;
}

const RENEW_BEFORE_MS = 60_000;
const HEARSAY_MS = 150;

/**
 * Who is signed in. The access token is kept in memory only, the refresh token in a cookie that scripts cannot see.
 * A refresh token is good for one use, so the tabs of a browser take turns and tell each other what they got.
 */
export class Session {
  readonly state = new Store<SessionState>({ kind: "unknown" });
  readonly #tab: Tab;
  #started: Promise<void> | undefined;
  #renewing: Promise<string | null> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(tab: Tab) {
    this.#tab = tab;
    tab.listen((message) => {
      if (message.kind === "in") this.#enter(message.session);
      else this.#leave();
    });
  }

  /** Take up the session that the cookie holds, once. Without an answer nobody is signed in, until asked again. */
  start(): Promise<void> {
    this.#started ??= this.#takeUp();
    return this.#started;
  }

  async register(email: string, password: string): Promise<void> {
    this.#begin(await this.#tab.ask<SessionView>("/v1/auth/register", { email, password }));
  }

  async logIn(email: string, password: string): Promise<void> {
    this.#begin(await this.#tab.ask<SessionView>("/v1/auth/login", { email, password }));
  }

  /** End this browser's session, in all of its tabs. */
  async logOut(): Promise<void> {
    await this.#tab.alone(() => this.#tab.ask("/v1/auth/logout", {}));
    this.#end();
  }

  /** End every session of the account, on every device. */
  async logOutEverywhere(): Promise<void> {
    const token = await this.token();
    if (token !== null) await this.#tab.ask("/v1/auth/logout-everywhere", undefined, token);
    this.#end();
  }

  /** An access token that is good for a while, or null where nobody is signed in. */
  async token(): Promise<string | null> {
    await this.start();
    const state = this.state.get();
    if (state.kind !== "in") return null;
    return state.expiresAt - this.#tab.now() > RENEW_BEFORE_MS / 2 ? state.token : this.renew(state.token);
  }

  /** Trade the cookie for another access token than `stale`. Null means that the session is over. */
  renew(stale: string | null): Promise<string | null> {
    const state = this.state.get();
    if (state.kind === "in" && state.token !== stale && this.#isFresh(state)) return Promise.resolve(state.token);
    this.#renewing ??= this.#tab.alone((waited) => this.#renewAlone(stale, waited)).finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #takeUp(): Promise<void> {
    if (!this.#tab.remembered) {
      this.#leave();
      return;
    }
    try {
      await this.renew(null);
    } catch (error) {
      this.#started = undefined; // the next question tries again
      throw error;
    }
  }

  async #renewAlone(stale: string | null, waited: boolean): Promise<string | null> {
    const told = waited ? await this.#hearsay(stale) : this.#other(stale);
    if (told !== null) return told;
    if (this.state.get().kind === "out") return null;
    try {
      return this.#begin(await this.#tab.ask<SessionView>("/v1/auth/refresh", {}));
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "signed_out") throw error;
      this.#end();
      return null;
    }
  }

  /** Another tab has just renewed: its word arrives in a moment. */
  async #hearsay(stale: string | null): Promise<string | null> {
    if (this.#other(stale) === null) {
      await new Promise<void>((resolve) => {
        const stop = this.state.subscribe(done);
        const timer = setTimeout(done, HEARSAY_MS);
        function done(): void {
          stop();
          clearTimeout(timer);
          resolve();
        }
      });
    }
    return this.#other(stale);
  }

  #other(stale: string | null): string | null {
    const state = this.state.get();
    return state.kind === "in" && state.token !== stale && this.#isFresh(state) ? state.token : null;
  }

  #isFresh(state: SignedIn): boolean {
    return state.expiresAt - this.#tab.now() > RENEW_BEFORE_MS / 2;
  }

  #begin(view: SessionView): string {
    const expiresAt = this.#tab.now() + view.expires_in * 1000;
    const session: SignedIn = { kind: "in", account: view.account, token: view.access_token, expiresAt };
    this.#tab.remembered = true;
    this.#enter(session);
    this.#tab.tell({ kind: "in", session });
    return session.token;
  }

  #end(): void {
    this.#tab.remembered = false;
    this.#leave();
    this.#tab.tell({ kind: "out" });
  }

  #enter(session: SignedIn): void {
    this.#started = Promise.resolve();
    this.state.set(session);
    clearTimeout(this.#timer);
    const wait = Math.max(session.expiresAt - this.#tab.now() - RENEW_BEFORE_MS, RENEW_BEFORE_MS / 4);
    this.#timer = setTimeout(() => {
      this.renew(session.token).catch(() => undefined); // without a connection, the next question tries again
    }, wait);
  }

  #leave(): void {
    clearTimeout(this.#timer);
    if (this.state.get().kind !== "out") this.state.set({ kind: "out" });
  }
}

/** The tab that this script runs in. */
export function browserTab(): Tab {
  const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("darkroom.session") : undefined;
  return {
    alone: (task) => alone("darkroom.session", task),
    tell: (message) => channel?.postMessage(message),
    listen: (hear) => {
      channel?.addEventListener("message", (event: MessageEvent<Message>) => hear(event.data));
    },
    get remembered() {
      return rememberedHere();
    },
    set remembered(yes) {
      keep(REMEMBERED, yes ? "yes" : null);
    },
    now: () => Date.now(),
    ask: (path, body, token) =>
      askOpenly(path, {
        method: "POST",
        credentials: "same-origin",
        keepalive: true, // a page that is left in the middle still gets its new cookie
        headers: {
          Accept: "application/json",
          "Session-Transport": "cookie",
          ...(body === undefined ? {} : { "Content-Type": "application/json" }),
          ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  };
}

const REMEMBERED = "darkroom.signed-in";

/** Whether somebody is signed in in this browser, as far as it remembers. */
export function rememberedHere(): boolean {
  return recall(REMEMBERED) !== null;
}

async function alone<Result>(name: string, task: (waited: boolean) => Promise<Result>): Promise<Result> {
  if (!("locks" in navigator)) return task(false);
  const unheld = Symbol("unheld");
  const first = await navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock ? task(false) : unheld));
  if (first !== unheld) return first;
  return navigator.locks.request(name, () => task(true));
}

export const session = new Session(browserTab());
