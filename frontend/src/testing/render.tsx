import { createMemoryHistory, RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import userEvent, { type UserEvent } from "@testing-library/user-event";
import { onTestFinished } from "vitest";
import { Providers } from "@/app/providers";
import { createQueryClient } from "@/app/query-client";
import { createAppRouter } from "@/app/router";
import { watchSession } from "@/app/watch-session";
import { session } from "@/lib/session";

/** Open the whole app at an address, as a visitor. */
export function open(address: string): { user: UserEvent; router: ReturnType<typeof createAppRouter> } {
  const queries = createQueryClient();
  queries.setDefaultOptions({ queries: { ...queries.getDefaultOptions().queries, retry: false } });
  const router = createAppRouter(queries, createMemoryHistory({ initialEntries: [address] }));
  onTestFinished(watchSession(router, queries));
  render(
    <Providers queries={queries}>
      <RouterProvider router={router} />
    </Providers>,
  );
  return { user: userEvent.setup(), router };
}

/** Open the app as somebody who is signed in. */
export async function openSignedIn(address: string): Promise<ReturnType<typeof open>> {
  await session.logIn("ada@example.com", "correct horse battery");
  return open(address);
}
