/** Where the web app may fetch from, besides its own origin. Each is a source list of the policy; "" is none. */
export interface Origins {
  /** The distribution of developed images. */
  media: string;
  /** Where buckets are addressed: uploads go there, private images and originals come from there. */
  buckets: string;
  /** The WebSocket address of live statuses. */
  sockets: string;
}

/**
 * The policy that the built app runs under: no inline script, no eval, and no inline style either, because the theme's
 * variables are written to a stylesheet at build time (theme-css.ts). `blob:` is for previews of files before they are
 * uploaded; the worker that hashes files is a file of our own.
 */
export function contentSecurityPolicy({ media, buckets, sockets }: Origins): string {
  const rules: Record<string, string> = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "font-src": "'self'",
    "img-src": `'self' blob: ${media} ${buckets}`,
    "connect-src": `'self' ${media} ${buckets} ${sockets}`,
    "worker-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
  };
  return Object.entries(rules)
    .map(([name, sources]) => `${name} ${sources.replace(/\s+/g, " ").trim()}`)
    .join("; ");
}
