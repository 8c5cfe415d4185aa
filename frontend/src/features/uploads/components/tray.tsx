import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { UploadCard } from "@/features/uploads/components/upload-card";
import { useUploadQueue, useUploads } from "@/features/uploads/context";
import { isOver } from "@/features/uploads/upload";
import { useAnnouncements } from "@/features/uploads/use-announcements";
import { useStore } from "@/lib/use-store";
import classes from "./tray.module.css";

/** The photos of this visit, from file to developed image. */
export function Tray() {
  const { t } = useTranslation("uploads");
  const queue = useUploadQueue();
  const uploads = useUploads();
  const resumed = useStore(queue.resumed);
  const spoken = useAnnouncements();
  const onTheWay = uploads.filter((upload) => !isOver(upload) && upload.phase !== "failed").length;
  return (
    <>
      <p role="status" className="visually-hidden">
        {spoken}
      </p>
      {uploads.length === 0 ? null : (
        <section className={classes.tray} aria-labelledby="tray">
          <header className={classes.head}>
            <div>
              <h2 id="tray">{t("tray")}</h2>
              <p className={classes.summary}>
                {onTheWay > 0 ? t("tray_summary", { count: onTheWay }) : null}
                {resumed > 0 && onTheWay > 0 ? ` · ${t("resumed", { count: resumed })}` : null}
              </p>
            </div>
            {uploads.some(isOver) ? (
              <Button variant="subtle" color="gray" className={classes.clear} onClick={() => queue.clearFinished()}>
                {t("clear")}
              </Button>
            ) : null}
          </header>
          <ul className={classes.list}>
            {uploads.map((upload) => (
              <li key={upload.key}>
                <UploadCard upload={upload} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
