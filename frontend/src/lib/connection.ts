import { Store } from "@/lib/store";

/** Whether the API can be reached, as far as we can tell: the browser's word, and requests that got no answer. */
class Connection {
  readonly online = new Store(navigator.onLine);

  constructor() {
    addEventListener("online", () => this.online.set(true));
    addEventListener("offline", () => this.online.set(false));
  }

  /** An answer came, whatever it said. */
  heard(): void {
    this.online.set(true);
  }

  /** A request got no answer. */
  failed(): void {
    this.online.set(false);
  }
}

export const connection = new Connection();
