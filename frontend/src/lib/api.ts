import { checked, reach } from "@/lib/http";
import { session } from "@/lib/session";

export { ApiError, type Code } from "@/lib/http";

export interface Options {
  method?: "GET" | "POST" | "PATCH" | "DELETE";
  body?: unknown;
  signal?: AbortSignal;
}

/** Ask the API as the person who is signed in; a 401 renews the session once and asks again. */
export async function ask<Answer>(path: string, options: Options = {}): Promise<Answer> {
  const answer = await respond(path, options);
  return (answer.status === 204 ? undefined : await answer.json()) as Answer;
}

/** Fetch bytes that the API leads to. */
export async function fetchBlob(path: string): Promise<Blob> {
  return (await respond(path, {})).blob();
}

async function respond(path: string, options: Options): Promise<Response> {
  const token = await session.token();
  const answer = await send(path, options, token);
  if (answer.status !== 401 || token === null) return checked(answer);
  const fresh = await session.renew(token);
  return checked(fresh === null ? answer : await send(path, options, fresh));
}

function send(path: string, { method = "GET", body, signal }: Options, token: string | null): Promise<Response> {
  const headers = new Headers({ Accept: "application/json" });
  if (token !== null) headers.set("Authorization", `Bearer ${token}`);
  if (body !== undefined) headers.set("Content-Type", "application/json");
  return reach(path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
}
