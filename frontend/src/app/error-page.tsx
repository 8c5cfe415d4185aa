import { Button } from "@mantine/core";
import { useQueryErrorResetBoundary } from "@tanstack/react-query";
import { useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { LinkButton } from "@/components/ui/link-button";
import { MessagePage } from "@/components/ui/message-page";
import { ApiError } from "@/lib/http";
import { sentence } from "@/lib/sentences";

/** What is shown when a page can't be. */
export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation("common");
  const router = useRouter();
  const queries = useQueryErrorResetBoundary();
  const again = () => {
    queries.reset();
    reset();
    void router.invalidate();
  };
  return (
    <MessagePage title={t("error.title")} text={error instanceof ApiError ? sentence(error) : t("error.text")}>
      <Button onClick={again}>{t("retry")}</Button>
      <LinkButton to="/" variant="default">
        {t("error.home")}
      </LinkButton>
    </MessagePage>
  );
}
