import type { ReactNode } from "react";
import { PageTitle } from "@/components/ui/page-title";
import { Drying } from "@/features/access/components/drying";
import classes from "./door.module.css";

interface Props {
  title: string;
  heading: string;
  lead: string;
  children: ReactNode;
}

/** The page at the door: a picture of the room, and a form to get in. */
export function Door({ title, heading, lead, children }: Props) {
  return (
    <div className={classes.door}>
      <PageTitle>{title}</PageTitle>
      <Drying />
      <div className={classes.side}>
        <div className={classes.form}>
          <h1 tabIndex={-1}>{heading}</h1>
          <p className={classes.lead}>{lead}</p>
          {children}
        </div>
      </div>
    </div>
  );
}
