import type { Problem } from "@/lib/wire/api";
import { connection } from "@/lib/connection";

/** What kind of refusal it is: the API's statuses in the product's words, and `offline` where no answer came. */
export type Code =
  | "malformed"
  | "signed_out"
  | "forbidden"
  | "absent"
  | "conflict"
  | "too_large"
  | "wrong_kind"
  | "invalid"
  | "too_many_tries"
  | "fault"
  | "offline";

const CODES: Record<number, Code> = {
  400: "malformed",
  401: "signed_out",
  403: "forbidden",
  404: "absent",
  409: "conflict",
  413: "too_large",
  415: "wrong_kind",
  422: "invalid",
  429: "too_many_tries",
};

/** A refusal: `detail` says what to do next, `fields` has the sentences for each field, `retryAfter` is in seconds. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  readonly code: Code;
  readonly detail: string;
  readonly fields: Readonly<Record<string, readonly string[]>>;
  readonly retryAfter: number | undefined;

  constructor(code: Code, detail: string, fields: ApiError["fields"] = {}, retryAfter?: number) {
    super(detail || code);
    this.code = code;
    this.detail = detail;
    this.fields = fields;
    this.retryAfter = retryAfter;
  }
}

/** Send one request; what is no success is thrown as an `ApiError`. */
export async function askOpenly<Answer>(path: string, init: RequestInit): Promise<Answer> {
  const answer = await checked(await reach(path, init));
  return (answer.status === 204 ? undefined : await answer.json()) as Answer;
}

/** Fetch, or say that nothing was reached. */
export async function reach(path: string, init: RequestInit): Promise<Response> {
  try {
    const answer = await fetch(path, init);
    connection.heard();
    return answer;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    connection.failed();
    throw new ApiError("offline", "");
  }
}

/** Let a success through and throw anything else as the refusal it is. */
export async function checked(answer: Response): Promise<Response> {
  if (answer.ok) return answer;
  const code = CODES[answer.status] ?? "fault";
  const problem = await readProblem(answer);
  const wait = Number.parseInt(answer.headers.get("Retry-After") ?? "", 10);
  throw new ApiError(code, problem.detail ?? "", problem.errors ?? {}, Number.isFinite(wait) ? wait : undefined);
}

async function readProblem(answer: Response): Promise<Partial<Problem>> {
  try {
    const body: unknown = await answer.json();
    return typeof body === "object" && body !== null ? body : {};
  } catch {
    return {};
  }
}
