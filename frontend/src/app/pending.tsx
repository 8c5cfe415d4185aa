import { Loader } from "@mantine/core";
import { useTranslation } from "react-i18next";
import classes from "./pending.module.css";

/** Shown when a page takes its time. */
export function Pending() {
  const { t } = useTranslation("common");
  return (
    <div className={classes.page} role="status">
      <Loader size="sm" type="dots" />
      <span className="visually-hidden">{t("loading")}</span>
    </div>
  );
}
