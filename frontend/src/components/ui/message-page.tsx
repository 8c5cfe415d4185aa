import type { ReactNode } from "react";
import { PageTitle } from "@/components/ui/page-title";
import classes from "./message-page.module.css";

/** A page with nothing but a few words and a way on: an error, a wrong address, something that is gone. */
export function MessagePage({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <section className={classes.page}>
      <PageTitle>{title}</PageTitle>
      <span className={classes.frame} aria-hidden="true">
        <span className={classes.sprockets} />
        <span className={classes.negative} />
        <span className={classes.sprockets} />
      </span>
      <h1 tabIndex={-1}>{title}</h1>
      <p>{text}</p>
      <div className={classes.ways}>{children}</div>
    </section>
  );
}
