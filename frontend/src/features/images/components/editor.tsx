import { Radio, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { changingImage } from "@/features/images/mutations";
import { ShareLink } from "@/features/images/components/share-link";
import { ApiError } from "@/lib/api";
import { sentence } from "@/lib/sentences";
import { say } from "@/lib/toasts";
import type { ImageChange, ImageView, Visibility } from "@/lib/wire/api";
import classes from "./editor.module.css";

const VISIBILITIES: Visibility[] = ["private", "unlisted", "public"];
const LONGEST_TITLE = 200;
const LONGEST_ALT = 1000;

/** What is said of an image and who may see it. It is saved when a field is left. */
export function Editor({ image }: { image: ImageView }) {
  const { t } = useTranslation("images");
  const queries = useQueryClient();
  const change = useMutation({
    ...changingImage(queries, image.id),
    onError: (error, variables, context, meta) => {
      void changingImage(queries, image.id).onError?.(error, variables, context, meta);
      say({ tone: "bad", text: t("edit.failed", { reason: sentence(error) }) });
    },
  });
  const fields = change.error instanceof ApiError ? change.error.fields : {};
  const save = (wanted: ImageChange) => change.mutate(wanted);
  return (
    <div className={classes.editor}>
      <Field
        key={`title ${image.title ?? ""}`}
        label={t("edit.title")}
        hint={t("edit.title_hint")}
        value={image.title}
        most={LONGEST_TITLE}
        error={fields.title?.join(" ")}
        onSave={(title) => save({ title })}
      />
      <Field
        key={`alt ${image.alt_text ?? ""}`}
        long
        label={t("edit.alt")}
        hint={t("edit.alt_hint")}
        why={t("edit.alt_why")}
        value={image.alt_text}
        most={LONGEST_ALT}
        error={fields.alt_text?.join(" ")}
        onSave={(alt_text) => save({ alt_text })}
      />
      <Radio.Group
        label={t("visibility.label")}
        value={image.visibility}
        onChange={(visibility) => save({ visibility: visibility })}
      >
        <div className={classes.visibilities}>
          {VISIBILITIES.map((visibility) => (
            <Radio
              key={visibility}
              value={visibility}
              label={t(`visibility.${visibility}`)}
              description={t(`visibility.${visibility}_text`)}
            />
          ))}
        </div>
      </Radio.Group>
      {image.visibility === "private" ? null : <ShareLink image={image} />}
      <p role="status" className={classes.state}>
        {change.isPending ? t("edit.saving") : change.isSuccess ? t("edit.saved") : null}
      </p>
    </div>
  );
}

interface FieldProps {
  label: string;
  hint: string;
  why?: string;
  value: string | null;
  most: number;
  long?: boolean;
  error: string | undefined;
  onSave: (value: string | null) => void;
}

function Field({ label, hint, why, value, most, long = false, error, onSave }: FieldProps) {
  const [text, setText] = useState(value ?? "");
  const settle = () => {
    const said = text.trim() === "" ? null : text.trim();
    if (said !== value) onSave(said);
  };
  const common = {
    label,
    description: why,
    placeholder: hint,
    value: text,
    maxLength: most,
    error,
    onBlur: settle,
  };
  return long ? (
    <Textarea
      {...common}
      rows={3}
      onChange={(event) => setText(event.currentTarget.value)}
    />
  ) : (
    <TextInput
      {...common}
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
      }}
    />
  );
}
