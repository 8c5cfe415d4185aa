import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { PlusIcon } from "@/components/ui/icons";
import { useUploadQueue } from "@/features/uploads/context";
import { ACCEPTED } from "@/features/uploads/kinds";
import { limitsQuery } from "@/features/uploads/queries";
import { formatBytes } from "@/lib/format";
import classes from "./chooser.module.css";

/** The large invitation to add photos. `small` once there are some. */
export function Chooser({ small }: { small: boolean }) {
  const { t, i18n } = useTranslation("uploads");
  const queue = useUploadQueue();
  const input = useRef<HTMLInputElement>(null);
  const limits = useQuery(limitsQuery());
  return (
    <section className={classes.zone} data-small={small}>
      <div className={classes.words}>
        <h1 tabIndex={-1}>{t("heading")}</h1>
        <p className={classes.lead}>{t(small ? "lead_small" : "lead")}</p>
      </div>
      <Button
        size={small ? "md" : "lg"}
        radius="xl"
        leftSection={<PlusIcon />}
        className={classes.button}
        onClick={() => input.current?.click()}
      >
        {t("choose")}
      </Button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={ACCEPTED}
        data-testid="photos"
        aria-label={t("choose")}
        onChange={(event) => {
          void queue.add([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = ""; // the same file can be chosen again
        }}
      />
      <p className={classes.kinds}>
        {limits.data ? t("kinds", { size: formatBytes(limits.data.mostUploadBytes, i18n.language) }) : null}
      </p>
    </section>
  );
}
