import { useEffect } from "react";
import { useUploads } from "@/features/uploads/context";
import { isSending } from "@/features/uploads/upload";

/** Have the browser ask before the page is left, while bytes are being sent and only then. */
export function useLeaveWarning(): void {
  const sending = useUploads().some(isSending);
  useEffect(() => {
    if (!sending) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [sending]);
}
