import { Button, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useId, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { confirmationFault, emailFault, newPasswordFault } from "@/features/access/fields";
import { registering } from "@/features/access/mutations";
import { useCountdown } from "@/features/access/use-countdown";
import { formatCountdown } from "@/lib/format";
import { ApiError } from "@/lib/http";
import { spoken } from "@/lib/i18n";
import { sentence } from "@/lib/sentences";
import { Door } from "./door";
import { FormNotice } from "./form-notice";
import { PasswordField } from "./password-field";
import { StrengthHint } from "./strength-hint";
import classes from "./form.module.css";

const FIELDS = ["email", "password", "confirmation"] as const;
type Field = (typeof FIELDS)[number];

/** Open an account; the router leads on once that worked. */
export function RegisterPage() {
  const { t } = useTranslation("access");
  const search = useSearch({ strict: false });
  const hint = useId();
  const [values, setValues] = useState({ email: "", password: "", confirmation: "" });
  const [checked, setChecked] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const register = useMutation(registering);
  const refusal = register.error instanceof ApiError ? register.error : undefined;
  const left = useCountdown(register.error, refusal?.code === "too_many_tries" ? (refusal.retryAfter ?? 60) : undefined);
  const sent = register.variables;
  const faults = {
    email: emailFault(values.email),
    password: newPasswordFault(values.password),
    confirmation: confirmationFault(values.password, values.confirmation),
  };

  const change = (field: Field) => (event: React.ChangeEvent<HTMLInputElement>) =>
    setValues({ ...values, [field]: event.currentTarget.value });
  const submit = () => {
    setChecked(true);
    const first = FIELDS.find((field) => faults[field]);
    if (first) form.current?.querySelector<HTMLInputElement>(`[name="${first}"]`)?.focus();
    else if (left === 0 && !register.isPending) register.mutate(values);
  };
  const taken = refusal?.code === "conflict" && sent?.email === values.email;
  const shown = (field: Field): ReactNode => {
    const fault = checked ? faults[field] : undefined;
    if (fault) return t(fault);
    if (field === "email" && taken) {
      return (
        <>
          {spoken() === "en" && refusal.detail ? refusal.detail : t("taken")}{" "}
          <Link to="/sign-in" search={search}>
            {t("register.taken_link")}
          </Link>
        </>
      );
    }
    return field !== "confirmation" && sent?.[field] === values[field] ? refusal?.fields[field]?.join(" ") : undefined;
  };
  const notice = () => {
    if (register.error === null || refusal?.code === "conflict") return null;
    if (refusal?.code === "too_many_tries") return left > 0 ? t("throttled", { time: formatCountdown(left) }) : null;
    return refusal && Object.keys(refusal.fields).length > 0 ? null : sentence(register.error);
  };

  return (
    <Door title={t("register.title")} heading={t("register.heading")} lead={t("register.lead")}>
      <form
        ref={form}
        className={classes.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <FormNotice>{notice()}</FormNotice>
        <TextInput
          size="md"
          type="email"
          name="email"
          label={t("email")}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          value={values.email}
          error={shown("email")}
          onChange={change("email")}
        />
        <PasswordField
          name="password"
          label={t("password")}
          autoComplete="new-password"
          value={values.password}
          error={shown("password")}
          onChange={change("password")}
          aria-describedby={hint}
        />
        <StrengthHint id={hint} password={values.password} email={values.email} />
        <PasswordField
          name="confirmation"
          label={t("confirmation")}
          autoComplete="new-password"
          value={values.confirmation}
          error={shown("confirmation")}
          onChange={change("confirmation")}
        />
        <Button type="submit" size="md" fullWidth className={classes.submit} loading={register.isPending} disabled={left > 0}>
          {left > 0 ? t("wait", { time: formatCountdown(left) }) : t("register.submit")}
        </Button>
      </form>
      <p className={classes.other}>
        {t("register.other")}{" "}
        <Link to="/sign-in" search={search}>
          {t("register.other_link")}
        </Link>
      </p>
    </Door>
  );
}
