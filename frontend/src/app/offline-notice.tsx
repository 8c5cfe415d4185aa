import { useTranslation } from "react-i18next";
import { CloudOffIcon } from "@/components/ui/icons";
import { connection } from "@/lib/connection";
import { useStore } from "@/lib/use-store";
import classes from "./offline-notice.module.css";

/** Says that there is no connection, for as long as there is none. */
export function OfflineNotice() {
  const { t } = useTranslation("common");
  const online = useStore(connection.online);
  return (
    <div role="status" className={classes.place}>
      {online ? null : (
        <p className={classes.notice}>
          <CloudOffIcon />
          <span>
            <strong>{t("offline.title")}</strong> {t("offline.text")}
          </span>
        </p>
      )}
    </div>
  );
}
