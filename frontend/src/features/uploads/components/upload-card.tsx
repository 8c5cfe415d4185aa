import { ActionIcon, Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { CloseIcon, RetryIcon } from "@/components/ui/icons";
import { Outcome } from "@/features/uploads/components/outcome";
import { Preview } from "@/features/uploads/components/preview";
import { useUploadQueue } from "@/features/uploads/context";
import { ACCEPTED } from "@/features/uploads/kinds";
import { isOver, type Upload } from "@/features/uploads/upload";
import { phaseWords, shareSent, troubleWords } from "@/features/uploads/words";
import { connection } from "@/lib/connection";
import { formatBytes } from "@/lib/format";
import { useStore } from "@/lib/use-store";
import classes from "./upload-card.module.css";

/** One upload: its picture, where it is, and what can be done. */
export function UploadCard({ upload }: { upload: Upload }) {
  const { t } = useTranslation(["uploads", "common"]);
  const queue = useUploadQueue();
  const online = useStore(connection.online);
  const { name, phase, key } = upload;
  const trouble = troubleWords(upload);
  const over = isOver(upload);
  return (
    <article className={classes.card} data-phase={phase} aria-label={name}>
      <Preview upload={upload} />
      <div className={classes.body}>
        <h3 className={classes.name}>
          {phase === "ready" && upload.imageId ? (
            <Link to="/images/$imageId" params={{ imageId: upload.imageId }} className={classes.link}>
              {name}
            </Link>
          ) : (
            name
          )}
        </h3>
        <p className={classes.phase}>{phaseWords(upload, online)}</p>
        {phase === "sending" || phase === "finishing" ? <SentBar upload={upload} /> : null}
        {trouble === "" ? null : (
          <p className={classes.trouble}>
            {trouble} {phase === "refused" && upload.trouble === null ? t("refused_next") : null}
          </p>
        )}
        {phase === "missing" ? <ChooseAgain upload={upload} /> : null}
        {phase === "ready" && upload.image ? <Outcome image={upload.image} /> : null}
        {phase === "failed" ? (
          <Button
            size="compact-md"
            variant="default"
            className={classes.retry}
            leftSection={<RetryIcon size={18} />}
            aria-label={t("retry_name", { name })}
            onClick={() => queue.retry(key)}
          >
            {t("common:retry")}
          </Button>
        ) : null}
      </div>
      <ActionIcon
        variant="subtle"
        color="gray"
        radius="xl"
        size="lg"
        className={classes.remove}
        aria-label={over ? t("remove_name", { name }) : t("cancel_name", { name })}
        onClick={() => queue.remove(key)}
      >
        <CloseIcon size={18} />
      </ActionIcon>
    </article>
  );
}

function SentBar({ upload }: { upload: Upload }) {
  const { t, i18n } = useTranslation("uploads");
  const sent = formatBytes(upload.sent, i18n.language);
  const total = formatBytes(upload.bytes, i18n.language);
  return (
    <div className={classes.sent}>
      <div
        role="progressbar"
        aria-label={t("progress", { name: upload.name, sent, total })}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(shareSent(upload) * 100)}
        className={classes.bar}
      >
        <span style={{ transform: `scaleX(${shareSent(upload)})` }} />
      </div>
      <span className={classes.bytes}>{t("sent", { sent, total })}</span>
    </div>
  );
}

function ChooseAgain({ upload }: { upload: Upload }) {
  const { t } = useTranslation("uploads");
  const queue = useUploadQueue();
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className={classes.again}>
      <p>{t("choose_again_text", { name: upload.name })}</p>
      <Button size="compact-md" variant="default" onClick={() => input.current?.click()}>
        {t("choose_again")}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        accept={ACCEPTED}
        aria-label={t("choose_again")}
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file) queue.provide(upload.key, file);
          event.currentTarget.value = "";
        }}
      />
    </div>
  );
}
