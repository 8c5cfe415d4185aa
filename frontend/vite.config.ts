import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, loadEnv } from "vite";
import { configJson } from "./vite/config-json.ts";
import { contentSecurityPolicy } from "./vite/content-security-policy.ts";
import { themeCss } from "./vite/theme-css.ts";

export default defineConfig(({ mode }) => {
  const env = { ...loadEnv(mode, process.cwd(), "DARKROOM_"), ...process.env };
  const api = env.DARKROOM_API ?? "http://localhost:4580";
  const proxy = { "/v1": { target: api, ws: true, rewriteWsOrigin: true }, "/.well-known": { target: api } };
  return {
    plugins: [react(), themeCss(), configJson({ sockets: env.DARKROOM_SOCKETS })],
    resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
    build: {
      target: "es2022",
      manifest: true,
      assetsInlineLimit: 0, // the policy allows no data: scripts, styles or fonts
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 450,
      rolldownOptions: {
        output: { codeSplitting: { groups: [{ name: "base", test: /node_modules[\\/](react|react-dom|scheduler|@tanstack|i18next|react-i18next)[\\/]/ }] } },
      },
    },
    worker: { format: "es" },
    server: { port: 6590, strictPort: true, proxy },
    preview: {
      port: 6591,
      strictPort: true,
      proxy,
      headers: {
        "Content-Security-Policy": contentSecurityPolicy({
          media: env.DARKROOM_MEDIA ?? "http://localhost:4581",
          buckets: env.DARKROOM_BUCKETS ?? "http://localhost:4566 http://127.0.0.1:4566",
          sockets: env.DARKROOM_SOCKETS ?? "",
        }),
      },
    },
  };
});
