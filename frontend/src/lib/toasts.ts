import { Store } from "@/lib/store";

/** A short word about what just happened, sometimes with a way back. */
export interface Toast {
  id: number;
  text: string;
  tone: "calm" | "bad";
  action?: { label: string; run: () => void };
}

export const toasts = new Store<readonly Toast[]>([]);

let last = 0;

export function say(toast: Omit<Toast, "id">): number {
  last += 1;
  toasts.set([...toasts.get().slice(-2), { ...toast, id: last }]);
  return last;
}

export function unsay(id: number): void {
  toasts.set(toasts.get().filter((toast) => toast.id !== id));
}
