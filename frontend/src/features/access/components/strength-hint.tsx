import { useTranslation } from "react-i18next";
import { passwordStrength } from "@/lib/password-strength";
import classes from "./strength-hint.module.css";

/** How well a password would hold, in three steps and a few words. */
export function StrengthHint({ id, password, email }: { id: string; password: string; email: string }) {
  const { t } = useTranslation("access");
  const strength = passwordStrength(password, email);
  return (
    <div id={id} className={classes.hint} data-strength={password === "" ? undefined : strength}>
      <span className={classes.steps} aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <span>{t(`strength.${strength}`)}</span>
    </div>
  );
}
