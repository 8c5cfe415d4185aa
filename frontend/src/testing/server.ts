import { http, HttpResponse } from "msw";
import { setupServer } from "msw/node";
import { aSession } from "@/testing/builders";

/** The API as it answers somebody who has just registered; tests say what is different. */
export const server = setupServer(
  http.get("/config.json", () => HttpResponse.json({ mostUploadBytes: 25_000_000 })),
  http.post("/v1/auth/login", () => HttpResponse.json(aSession())),
  http.post("/v1/auth/register", () => HttpResponse.json(aSession(), { status: 201 })),
  http.post("/v1/auth/logout", () => new HttpResponse(null, { status: 204 })),
  http.get("/v1/images", () => HttpResponse.json({ images: [], next_cursor: null })),
);

/** A refusal as the API words it. */
export function refusal(
  status: number,
  detail: string,
  more: { errors?: Record<string, string[]>; retryAfter?: number } = {},
): HttpResponse<object> {
  return HttpResponse.json(
    { type: "about:blank", title: "Refused", status, detail, ...(more.errors ? { errors: more.errors } : {}) },
    {
      status,
      headers: {
        "Content-Type": "application/problem+json",
        ...(more.retryAfter === undefined ? {} : { "Retry-After": String(more.retryAfter) }),
      },
    },
  );
}
