import { ActionIcon, Button } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { CloseIcon } from "@/components/ui/icons";
import { toasts, unsay, type Toast } from "@/lib/toasts";
import { useStore } from "@/lib/use-store";
import classes from "./toasts.module.css";

const SHOWN_MS = 6_000;
const SHOWN_WITH_ACTION_MS = 12_000;

/** Short words at the lower edge. They stay while the pointer or the focus rests on them. */
export function Toasts() {
  const { t } = useTranslation("common");
  const shown = useStore(toasts);
  return (
    <section className={classes.place} aria-label={t("notices")} aria-live="polite">
      {shown.map((toast) => (
        <One key={toast.id} toast={toast} />
      ))}
    </section>
  );
}

function One({ toast }: { toast: Toast }) {
  const { t } = useTranslation("common");
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => unsay(toast.id), toast.action ? SHOWN_WITH_ACTION_MS : SHOWN_MS);
    return () => clearTimeout(timer);
  }, [toast, held]);

  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions -- nothing is done here but waiting
    <div
      className={classes.toast}
      data-tone={toast.tone}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span className={classes.text}>{toast.text}</span>
      {toast.action ? (
        <Button
          size="compact-sm"
          variant="transparent"
          className={classes.action}
          onClick={() => {
            unsay(toast.id);
            toast.action?.run();
          }}
        >
          {toast.action.label}
        </Button>
      ) : null}
      <ActionIcon variant="transparent" className={classes.close} aria-label={t("dismiss")} onClick={() => unsay(toast.id)}>
        <CloseIcon size={18} />
      </ActionIcon>
    </div>
  );
}
