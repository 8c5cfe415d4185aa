import type { Plugin } from "vite";

/** Serve `/config.json` while developing; a deploy writes the real one beside the built files. */
export function configJson(settings: { sockets: string | undefined }): Plugin {
  const answer = JSON.stringify({ ...(settings.sockets ? { sockets: settings.sockets } : {}), mostUploadBytes: 25_000_000 });
  return {
    name: "darkroom:config-json",
    configureServer(server) {
      server.middlewares.use("/config.json", (_request, response) => {
        response.setHeader("Content-Type", "application/json");
        response.end(answer);
      });
    },
    configurePreviewServer(server) {
      server.middlewares.use("/config.json", (_request, response) => {
        response.setHeader("Content-Type", "application/json");
        response.end(answer);
      });
    },
  };
}
