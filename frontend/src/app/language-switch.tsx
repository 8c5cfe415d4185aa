import { useTranslation } from "react-i18next";
import { choose, LANGUAGES, type Language } from "@/lib/i18n";
import classes from "./language-switch.module.css";

const ALL = Object.entries(LANGUAGES) as [Language, string][];

/** The languages, each in its own words. */
export function LanguageSwitch() {
  const { t, i18n } = useTranslation("common");
  return (
    <div role="group" aria-label={t("account.language")} className={classes.switch}>
      {ALL.map(([language, name]) => (
        <button
          key={language}
          type="button"
          lang={language}
          aria-pressed={i18n.language === language}
          onClick={() => void choose(language)}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
