import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { PageTitle } from "@/components/ui/page-title";
import { Gallery } from "@/features/images/components/gallery";
import { myImagesQuery } from "@/features/images/queries";
import { Chooser } from "@/features/uploads/components/chooser";
import { Tray } from "@/features/uploads/components/tray";
import { useUploads } from "@/features/uploads/context";
import { isOver } from "@/features/uploads/upload";
import classes from "./home-page.module.css";

/** Add photos, watch them develop, and see those that are done. */
export function HomePage() {
  const { t } = useTranslation("uploads");
  const uploads = useUploads();
  const images = useInfiniteQuery(myImagesQuery());
  const some = uploads.length > 0 || (images.data?.pages.some((page) => page.images.length > 0) ?? images.isPending);
  const inTray = new Set(
    uploads.flatMap((upload) => (upload.imageId && (!isOver(upload) || upload.phase === "refused") ? [upload.imageId] : [])),
  );
  return (
    <div className={classes.page}>
      <PageTitle>{t("title")}</PageTitle>
      <Chooser small={some} />
      <Tray />
      <Gallery without={inTray} expecting={uploads.length > 0} />
    </div>
  );
}
