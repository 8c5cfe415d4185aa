import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import type { CSSProperties } from "react";
import { useTranslation } from "react-i18next";
import { Pending } from "@/app/pending";
import { BackIcon, PhotoIcon } from "@/components/ui/icons";
import { LinkButton } from "@/components/ui/link-button";
import { MessagePage } from "@/components/ui/message-page";
import { PageTitle } from "@/components/ui/page-title";
import { Actions } from "@/features/images/components/actions";
import { Editor } from "@/features/images/components/editor";
import { Facts } from "@/features/images/components/facts";
import { Viewer } from "@/features/images/components/viewer";
import { nameOf, ratioOf } from "@/features/images/measures";
import { imageQuery } from "@/features/images/queries";
import { ApiError } from "@/lib/api";
import type { ImageView } from "@/lib/wire/api";
import classes from "./image-page.module.css";

/** One of my images: to be looked at, described, shared, downloaded and deleted. */
export function ImagePage() {
  const { t } = useTranslation(["images", "common"]);
  const { imageId } = useParams({ from: "/mine/images/$imageId" });
  const queries = useQueryClient();
  const image = useQuery(imageQuery(imageId, queries));
  if (image.isPending) return <Pending />;
  if (image.data === undefined) {
    if (!(image.error instanceof ApiError) || image.error.code !== "absent") throw image.error;
    return (
      <MessagePage title={t("image.absent_title")} text={t("image.absent_text")}>
        <LinkButton to="/">{t("common:absent.home")}</LinkButton>
      </MessagePage>
    );
  }
  return <Page key={imageId} image={image.data} />;
}

function Page({ image }: { image: ImageView }) {
  const { t } = useTranslation("images");
  return (
    <div className={classes.page} style={{ "--ratio": ratioOf(image) } as CSSProperties}>
      <PageTitle>{nameOf(image)}</PageTitle>
      <Link to="/" className={classes.back}>
        <BackIcon />
        {t("image.back")}
      </Link>
      {image.status === "ready" ? <Viewer image={image} /> : <Unfinished image={image} />}
      <section className={classes.panel} aria-label={t("image.details")}>
        <h1 tabIndex={-1} className={classes.name}>
          {nameOf(image)}
        </h1>
        {image.status === "ready" ? <Editor image={image} /> : null}
        <Actions image={image} />
        <Facts image={image} />
      </section>
    </div>
  );
}

function Unfinished({ image }: { image: ImageView }) {
  const { t } = useTranslation("images");
  return (
    <div className={classes.unfinished} role="status">
      <PhotoIcon size={36} />
      <p>{image.status === "refused" ? `${t("refused")}. ${image.reason ?? ""}` : t("image.not_ready")}</p>
    </div>
  );
}
