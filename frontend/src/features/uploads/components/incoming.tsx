import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { useUploadQueue } from "@/features/uploads/context";
import { useIncomingFiles } from "@/features/uploads/use-incoming-files";
import classes from "./incoming.module.css";

/** Makes the whole window a drop zone, on every page of who is signed in. */
export function Incoming() {
  const { t } = useTranslation("uploads");
  const queue = useUploadQueue();
  const navigate = useNavigate();
  const take = useCallback(
    (files: File[]) => {
      void queue.add(files);
      void navigate({ to: "/" });
    },
    [queue, navigate],
  );
  const over = useIncomingFiles(take);
  return (
    <div className={classes.overlay} data-over={over} aria-hidden="true">
      <div className={classes.words}>
        <strong>{t("drop")}</strong>
        <span>{t("drop_hint")}</span>
      </div>
    </div>
  );
}
