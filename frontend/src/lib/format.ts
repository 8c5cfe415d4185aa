const STEPS = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** A size as people say it, in decimal units: `1.4 MB`, `1,4 МБ`. */
export function formatBytes(bytes: number, language: string): string {
  const step = Math.min(bytes < 1000 ? 0 : Math.floor(Math.log10(bytes) / 3), STEPS.length - 1);
  const amount = bytes / 1000 ** step;
  return new Intl.NumberFormat(language, {
    style: "unit",
    unit: STEPS[step] ?? "byte",
    unitDisplay: "short",
    maximumFractionDigits: amount < 10 && step > 1 ? 1 : 0,
  }).format(amount);
}

/** A share of one, in whole percent. */
export function formatShare(share: number, language: string): string {
  return new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 }).format(share);
}

/** A day and a time, in the reader's own time zone. */
export function formatDate(time: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" }).format(new Date(time));
}

/** A wait as a clock shows it: `0:42`, `14:05`. */
export function formatCountdown(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** The last part of a name without its ending, as a title for people. */
export function plainName(fileName: string): string {
  return fileName.replace(/\.[A-Za-z0-9]{2,5}$/, "");
}
