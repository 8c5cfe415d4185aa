import { queryOptions } from "@tanstack/react-query";
import { config } from "@/lib/config";

/** What a deploy allows of uploads. */
export function limitsQuery() {
  return queryOptions({ queryKey: ["uploads", "limits"], queryFn: config, staleTime: Number.POSITIVE_INFINITY });
}
