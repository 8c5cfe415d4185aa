import { useSyncExternalStore } from "react";
import type { Store } from "@/lib/store";

/** Read a store, and again whenever it changes. */
export function useStore<Value>(store: Store<Value>): Value {
  return useSyncExternalStore(store.subscribe, store.get);
}
