import { createTheme, type ConvertCSSVariablesInput, type MantineColorsTuple } from "@mantine/core";

/** The safelight: the one accent, for the single most important thing on a page. */
const ember: MantineColorsTuple = [
  "#fff3ec",
  "#fde2d3",
  "#fbc6a8",
  "#f9a97d",
  "#f58d58",
  "#e8692f",
  "#cc501c",
  "#b24216",
  "#933511",
  "#70270c",
];

/** Paper to ink: warm neutrals. */
const gray: MantineColorsTuple = [
  "#f8f5ef",
  "#f1ece4",
  "#e6dfd4",
  "#d7cec0",
  "#b9aea0",
  "#8f8478",
  "#6b6157",
  "#514942",
  "#37312c",
  "#1f1a17",
];

/** The room with the lights off: warm charcoals, from text to the deepest shadow. */
const dark: MantineColorsTuple = [
  "#efe8de",
  "#d6ccc0",
  "#b3a89c",
  "#8d8278",
  "#4a423c",
  "#3a332e",
  "#2a2421",
  "#1e1a18",
  "#171412",
  "#0f0d0c",
];

const SANS = '"Onest Variable", "Onest Fallback", system-ui, sans-serif';
const SERIF = '"Literata Variable", "Literata Fallback", Georgia, serif';

export const theme = createTheme({
  colors: { ember, gray, dark },
  primaryColor: "ember",
  primaryShade: { light: 7, dark: 4 },
  autoContrast: true,
  black: "#1f1a17",
  white: "#fffdf9",
  fontFamily: SANS,
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, monospace",
  headings: { fontFamily: SERIF, fontWeight: "500" },
  defaultRadius: "md",
  radius: { xs: "4px", sm: "6px", md: "10px", lg: "16px", xl: "28px" },
  cursorType: "pointer",
  respectReducedMotion: true,
  focusRing: "auto",
});

/** What the components of Mantine are to use of the identity, by scheme. */
export function themeVariables(): ConvertCSSVariablesInput {
  return {
    variables: {
      "--font-serif": SERIF,
      "--ease": "cubic-bezier(0.2, 0.7, 0.2, 1)",
      "--measure": "68rem",
      "--mantine-scale": "1",
    },
    light: {
      "--mantine-color-body": "#f8f5ef",
      "--mantine-color-text": "#1f1a17",
      "--mantine-color-dimmed": "#6b6157",
      "--mantine-color-placeholder": "#766b60",
      "--mantine-color-error": "#a8201a",
      "--mantine-color-default": "#fffdf9",
      "--mantine-color-default-hover": "#f4efe7",
      "--mantine-color-default-border": "#d7cec0",
      "--mantine-color-anchor": "#9c3912",
      "--surface": "#fffdf9",
      "--surface-sunken": "#f1ece4",
      "--line": "#e2dacd",
      "--control-line": "#958a7c",
      "--good": "#2f6b3c",
      "--good-soft": "#e3eee0",
      "--bad-soft": "#fbe9e4",
      "--accent": "#b24216",
      "--on-accent": "#fffdf9",
      "--accent-soft": "#fbeadf",
      "--shadow": "0 1px 2px rgb(60 40 20 / 6%), 0 12px 32px -12px rgb(60 40 20 / 18%)",
    },
    dark: {
      "--mantine-color-body": "#151211",
      "--mantine-color-text": "#efe8de",
      "--mantine-color-dimmed": "#b3a89c",
      "--mantine-color-placeholder": "#9c9186",
      "--mantine-color-error": "#ff9a8b",
      "--mantine-color-default": "#1e1a18",
      "--mantine-color-default-hover": "#27221f",
      "--mantine-color-default-border": "#3d3631",
      "--mantine-color-anchor": "#f7a478",
      "--surface": "#1e1a18",
      "--surface-sunken": "#100e0d",
      "--line": "#2f2926",
      "--control-line": "#7b7168",
      "--good": "#9dd0a0",
      "--good-soft": "#1d2a1e",
      "--bad-soft": "#341a16",
      "--accent": "#f58d58",
      "--on-accent": "#231309",
      "--accent-soft": "#33211a",
      "--shadow": "0 1px 2px rgb(0 0 0 / 40%), 0 16px 40px -16px rgb(0 0 0 / 70%)",
    },
  };
}
