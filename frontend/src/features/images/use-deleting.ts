import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { deletingImage, restoringImage } from "@/features/images/mutations";
import { nameOf } from "@/features/images/measures";
import { sentence } from "@/lib/sentences";
import { say } from "@/lib/toasts";
import type { ImageView } from "@/lib/wire/api";

/** Delete an image at once, and offer to bring it back. It works on after its page is left. */
export function useDeleting(): (image: ImageView) => void {
  const { t } = useTranslation(["images", "common"]);
  const queries = useQueryClient();
  const restore = useMutation(restoringImage(queries));
  const remove = useMutation(deletingImage(queries));

  const bringBack = async (image: ImageView) => {
    try {
      await restore.mutateAsync(image);
      say({ tone: "calm", text: t("delete.restored", { name: nameOf(image) }) });
    } catch (error) {
      say({ tone: "bad", text: t("delete.restore_failed", { name: nameOf(image), reason: sentence(error) }) });
    }
  };
  const takeAway = async (image: ImageView) => {
    try {
      await remove.mutateAsync(image);
      say({
        tone: "calm",
        text: t("delete.done", { name: nameOf(image) }),
        action: { label: t("common:undo"), run: () => void bringBack(image) },
      });
    } catch (error) {
      say({ tone: "bad", text: t("delete.failed", { name: nameOf(image), reason: sentence(error) }) });
    }
  };
  return (image) => void takeAway(image);
}
