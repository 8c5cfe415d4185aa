import type { QueryClient } from "@tanstack/react-query";
import { session } from "@/lib/session";
import type { createAppRouter } from "@/app/router";

/** Lead to the door when the session ends, in whichever tab it ended, and forget what another account was shown. */
export function watchSession(router: ReturnType<typeof createAppRouter>, queries: QueryClient): () => void {
  let account = accountId();
  return session.state.subscribe(() => {
    const now = accountId();
    if (now === account) return;
    const before = account;
    account = now;
    if (before !== null) queries.clear();
    void router.invalidate();
  });
}

function accountId(): string | null {
  const state = session.state.get();
  return state.kind === "in" ? state.account.id : null;
}
