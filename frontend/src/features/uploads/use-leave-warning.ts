import { useIsMutating } from "@tanstack/react-query";
import { useEffect } from "react";
import { useUploads } from "@/features/uploads/context";
import { isSending } from "@/features/uploads/upload";

/** Have the browser ask before the page is left, while bytes or words are on their way and only then. */
export function useLeaveWarning(): void {
  const sending = useUploads().some(isSending);
  const saving = useIsMutating({ mutationKey: ["images", "change"] }) > 0;
  const isAsking = sending || saving;
  useEffect(() => {
    if (!isAsking) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [isAsking]);
}
