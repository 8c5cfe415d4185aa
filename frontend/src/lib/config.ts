/** What a deploy tells the app in `/config.json`. */
export interface Config {
  /** Where live statuses come from; without it they are asked for. */
  sockets: string | null;
  mostUploadBytes: number;
}

const USUAL: Config = { sockets: null, mostUploadBytes: 25_000_000 };

let loading: Promise<Config> | undefined;

/** Read the settings once; what is missing or cannot be read is as usual. */
export function config(): Promise<Config> {
  loading ??= read();
  return loading;
}

async function read(): Promise<Config> {
  try {
    const answer = await fetch("/config.json", { cache: "no-store" });
    const told: unknown = answer.ok ? await answer.json() : {};
    const { sockets, mostUploadBytes } = told as Record<string, unknown>;
    return {
      sockets: typeof sockets === "string" && sockets !== "" ? sockets : USUAL.sockets,
      mostUploadBytes: typeof mostUploadBytes === "number" ? mostUploadBytes : USUAL.mostUploadBytes,
    };
  } catch {
    return USUAL;
  }
}

/** Forget what was read: tests change it. */
export function forgetConfig(): void {
  loading = undefined;
}
