/**
 * Hold a name among the tabs of this browser. Returns what lets it go, or null where another tab holds it. Without Web
 * Locks every tab gets it.
 */
export async function claim(name: string, signal: AbortSignal): Promise<(() => void) | null> {
  if (!("locks" in navigator)) return () => undefined;
  return new Promise((resolve, reject) => {
    navigator.locks
      .request(name, { ifAvailable: true }, (lock) => {
        if (lock === null) {
          resolve(null);
          return undefined;
        }
        return new Promise<void>((letGo) => {
          signal.addEventListener("abort", () => letGo(), { once: true });
          resolve(letGo);
        });
      })
      .catch(reject);
  });
}
