import { defineConfig } from "vitest/config";

/** The app in jsdom, and what is built of it in Node. */
export default defineConfig({
  test: {
    projects: [
      {
        extends: "./vite.config.ts",
        test: {
          name: "app",
          include: ["src/**/*.test.{ts,tsx}"],
          environment: "jsdom",
          environmentOptions: { jsdom: { url: "http://localhost:4584/" } },
          setupFiles: ["src/testing/setup.ts"],
          restoreMocks: true,
          testTimeout: 15_000,
        },
      },
      { test: { name: "build", include: ["vite/**/*.test.ts"], environment: "node" } },
    ],
  },
});
