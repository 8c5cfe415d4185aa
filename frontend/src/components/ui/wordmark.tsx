import { useTranslation } from "react-i18next";
import classes from "./wordmark.module.css";

/** The name, with the safelight beside it. */
export function Wordmark() {
  const { t } = useTranslation("common");
  return (
    <span className={classes.mark}>
      <svg width="22" height="22" viewBox="0 0 22 22" aria-hidden="true" focusable="false">
        <circle cx="11" cy="11" r="9.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <circle className={classes.light} cx="11" cy="11" r="4.5" />
      </svg>
      <span>{t("name")}</span>
    </span>
  );
}
