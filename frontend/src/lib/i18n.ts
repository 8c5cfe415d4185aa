import { createInstance, type i18n as I18n } from "i18next";
import { initReactI18next } from "react-i18next";
import type { Catalogue } from "@/locales/en";
import { keep, recall } from "@/lib/settings";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "common";
    resources: Catalogue;
    enableSelector: false;
  }
}

/** The languages that the app speaks, each under its own name. */
export const LANGUAGES = { en: "English", ru: "Русский" } as const;
export type Language = keyof typeof LANGUAGES;

const CHOSEN = "darkroom.language";
const CATALOGUES: Record<Language, () => Promise<{ default: unknown }>> = {
  en: () => import("@/locales/en"),
  ru: () => import("@/locales/ru"),
};

export const i18n: I18n = createInstance();

/** Speak the language that was chosen, else the first of the browser's that we have, else English. */
export async function startSpeaking(): Promise<void> {
  await i18n.use(initReactI18next).init({
    lng: "en",
    fallbackLng: false,
    defaultNS: "common",
    resources: {},
    partialBundledLanguages: true,
    interpolation: { escapeValue: false }, // React escapes
    react: { useSuspense: false },
  });
  await speak(preferred([recall(CHOSEN), ...navigator.languages]));
}

/** Change the language, and remember it. */
export async function choose(language: Language): Promise<void> {
  keep(CHOSEN, language);
  await speak(language);
}

/** The language being spoken. */
export function spoken(): Language {
  return isLanguage(i18n.language) ? i18n.language : "en";
}

/** The first of these tags, such as `ru-RU`, whose language we have. */
export function preferred(tags: readonly (string | null)[]): Language {
  return tags.map((tag) => tag?.split("-")[0]?.toLowerCase()).find(isLanguage) ?? "en";
}

async function speak(language: Language): Promise<void> {
  const catalogue = (await CATALOGUES[language]()).default as Record<string, object>;
  for (const [part, words] of Object.entries(catalogue)) i18n.addResourceBundle(language, part, words, true, true);
  await i18n.changeLanguage(language);
  document.documentElement.lang = language;
}

function isLanguage(tag: string | undefined): tag is Language {
  return tag !== undefined && tag in LANGUAGES;
}
