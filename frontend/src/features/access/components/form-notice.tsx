import type { ReactNode } from "react";
import { AlertIcon } from "@/components/ui/icons";
import classes from "./form-notice.module.css";

/** What is wrong with the form as a whole; read out when it appears. */
export function FormNotice({ children }: { children: ReactNode }) {
  return (
    <div role="alert" className={classes.place}>
      {children === null ? null : (
        <p className={classes.notice}>
          <AlertIcon />
          <span>{children}</span>
        </p>
      )}
    </div>
  );
}
