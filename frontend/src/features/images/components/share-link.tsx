import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { LinkIcon } from "@/components/ui/icons";
import { say } from "@/lib/toasts";
import type { ImageView } from "@/lib/wire/api";

/** Copies the address under which others can see an image that is not private. */
export function ShareLink({ image }: { image: ImageView }) {
  const { t } = useTranslation("images");
  const link = new URL(`/v1/images/${image.id}/optimized`, location.origin).href;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      say({ tone: "calm", text: t("share.copied") });
    } catch {
      say({ tone: "bad", text: t("share.failed", { address: link }) });
    }
  };
  return (
    <Button variant="default" leftSection={<LinkIcon size={18} />} onClick={() => void copy()}>
      {t("share.copy")}
    </Button>
  );
}
