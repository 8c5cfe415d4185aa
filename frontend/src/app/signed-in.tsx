import { Outlet } from "@tanstack/react-router";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { putImage } from "@/features/images/cache";
import { useLiveImages } from "@/features/images/use-live-images";
import { Incoming } from "@/features/uploads/components/incoming";
import { UploadQueueContext } from "@/features/uploads/context";
import { UploadQueue } from "@/features/uploads/queue";
import { useLeaveWarning } from "@/features/uploads/use-leave-warning";
import { session } from "@/lib/session";
import { useStore } from "@/lib/use-store";

/** What goes on behind every page of who is signed in: uploads, live changes, files that are dropped or pasted. */
export function SignedIn() {
  const state = useStore(session.state);
  const queries = useQueryClient();
  const account = state.kind === "in" ? state.account.id : null;
  const [queue] = useState(() => new UploadQueue((image) => putImage(queries, image)));

  useEffect(() => {
    if (account === null) return;
    void queue.open(account);
    return () => queue.close();
  }, [queue, account]);
  useLiveImages(account);

  if (account === null) return null; // the router leads to the door in a moment
  return (
    <UploadQueueContext value={queue}>
      <LeaveWarning />
      <Outlet />
      <Incoming />
    </UploadQueueContext>
  );
}

function LeaveWarning() {
  useLeaveWarning();
  return null;
}
