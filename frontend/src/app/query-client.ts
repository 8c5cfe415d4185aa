import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "@/lib/http";

const WORTH_ANOTHER_TRY = new Set(["fault", "offline"]);

/** Where answers are kept. Refusals are final; only faults and a lost connection are tried again. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        networkMode: "always", // the browser's word about the connection is a hint: localhost works without one
        retry: (failures, error) => failures < 2 && error instanceof ApiError && WORTH_ANOTHER_TRY.has(error.code),
      },
      mutations: { networkMode: "always" },
    },
  });
}
