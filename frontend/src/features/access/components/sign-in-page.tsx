import { Button, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { emailFault, passwordFault } from "@/features/access/fields";
import { signingIn } from "@/features/access/mutations";
import { ApiError } from "@/lib/http";
import { formatCountdown } from "@/lib/format";
import { sentence } from "@/lib/sentences";
import { spoken } from "@/lib/i18n";
import { useCountdown } from "@/features/access/use-countdown";
import { Door } from "./door";
import { FormNotice } from "./form-notice";
import { PasswordField } from "./password-field";
import classes from "./form.module.css";

/** Sign in with an e-mail address and a password; the router leads on once that worked. */
export function SignInPage() {
  const { t } = useTranslation("access");
  const search = useSearch({ strict: false });
  const [values, setValues] = useState({ email: "", password: "" });
  const [checked, setChecked] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const signIn = useMutation(signingIn);
  const refusal = signIn.error instanceof ApiError ? signIn.error : undefined;
  const left = useCountdown(signIn.error, refusal?.code === "too_many_tries" ? (refusal.retryAfter ?? 60) : undefined);
  const faults = { email: emailFault(values.email), password: passwordFault(values.password) };

  const submit = () => {
    setChecked(true);
    const first = faults.email ? "email" : faults.password ? "password" : undefined;
    if (first) form.current?.querySelector<HTMLInputElement>(`[name="${first}"]`)?.focus();
    else if (left === 0 && !signIn.isPending) signIn.mutate(values);
  };
  const shown = (field: "email" | "password") => {
    const fault = checked ? faults[field] : undefined;
    return fault ? t(fault) : refusal?.fields[field]?.join(" ");
  };
  const notice = () => {
    if (signIn.error === null) return null;
    if (refusal?.code === "too_many_tries") return left > 0 ? t("throttled", { time: formatCountdown(left) }) : null;
    if (refusal?.code === "signed_out" && spoken() !== "en") return t("wrong");
    return shown("email") || shown("password") ? null : sentence(signIn.error);
  };

  return (
    <Door title={t("sign_in.title")} heading={t("sign_in.heading")} lead={t("sign_in.lead")}>
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
          onChange={(event) => setValues({ ...values, email: event.currentTarget.value })}
        />
        <PasswordField
          name="password"
          label={t("password")}
          autoComplete="current-password"
          value={values.password}
          error={shown("password")}
          onChange={(event) => setValues({ ...values, password: event.currentTarget.value })}
        />
        <Button type="submit" size="md" fullWidth className={classes.submit} loading={signIn.isPending} disabled={left > 0}>
          {left > 0 ? t("wait", { time: formatCountdown(left) }) : t("sign_in.submit")}
        </Button>
      </form>
      <p className={classes.other}>
        {t("sign_in.other")}{" "}
        <Link to="/register" search={search}>
          {t("sign_in.other_link")}
        </Link>
      </p>
    </Door>
  );
}
