import { useTranslation } from "react-i18next";

/** The title of the tab; React puts it into the head. */
export function PageTitle({ children }: { children: string }) {
  const { t } = useTranslation("common");
  return <title>{t("page_title", { page: children })}</title>;
}
