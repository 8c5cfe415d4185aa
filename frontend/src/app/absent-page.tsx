import { useTranslation } from "react-i18next";
import { LinkButton } from "@/components/ui/link-button";
import { MessagePage } from "@/components/ui/message-page";

/** What is shown at an address that leads nowhere. */
export function AbsentPage() {
  const { t } = useTranslation("common");
  return (
    <MessagePage title={t("absent.title")} text={t("absent.text")}>
      <LinkButton to="/">{t("absent.home")}</LinkButton>
    </MessagePage>
  );
}
