import { DEFAULT_THEME, defaultCssVariablesResolver, mergeMantineTheme } from "@mantine/core";
import type { Plugin } from "vite";
import { themeVariables, theme } from "../src/app/theme.ts";

const NAME = "virtual:theme.css";
const PLACE = "/@darkroom/theme.css";

/**
 * Write Mantine's CSS variables to a stylesheet when the app is built. Mantine would do it in the browser with a style
 * element, which a strict Content-Security-Policy forbids.
 */
export function themeCss(): Plugin {
  return {
    name: "darkroom:theme-css",
    resolveId: (id) => (id === NAME ? PLACE : undefined),
    load: (id) => (id === PLACE ? stylesheet() : undefined),
  };
}

/** The whole stylesheet: what both schemes share, then light, then dark. */
export function stylesheet(): string {
  const whole = mergeMantineTheme(DEFAULT_THEME, theme);
  const standard = defaultCssVariablesResolver(whole);
  const own = themeVariables();
  return [
    rule(":root", { ...standard.variables, ...own.variables }),
    rule(':root[data-mantine-color-scheme="light"]', { ...standard.light, ...own.light }),
    rule(':root[data-mantine-color-scheme="dark"]', { ...standard.dark, ...own.dark }),
  ].join("\n");
}

function rule(selector: string, variables: Record<string, string>): string {
  const lines = Object.entries(variables).map(([name, value]) => `  ${name}: ${value};`);
  return `${selector} {\n${lines.join("\n")}\n}`;
}
