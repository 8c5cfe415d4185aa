/** Read a setting of this browser; null where there is none or storage is closed to us. */
export function recall(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Keep a setting in this browser, where it lets us. */
export function keep(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // Storage is closed to us: it lasts as long as the page does.
  }
}
