import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Grid } from "@/features/images/components/grid";
import { Latest } from "@/features/images/components/latest";
import { More } from "@/features/images/components/more";
import { useLeaving } from "@/features/images/mutations";
import { myImagesQuery } from "@/features/images/queries";
import { sentence } from "@/lib/sentences";
import classes from "./gallery.module.css";

interface Props {
  /** Images that are shown elsewhere on the page. */
  without: ReadonlySet<string>;
  /** Whether some are on their way: then nothing is said of emptiness. */
  expecting: boolean;
}

/** The latest image, large, and the others below. */
export function Gallery({ without, expecting }: Props) {
  const { t } = useTranslation(["images", "common"]);
  const query = useInfiniteQuery(myImagesQuery());
  const leaving = useLeaving();
  if (query.isPending) return <div className={classes.waiting} aria-hidden="true" />;
  if (query.data === undefined) {
    return (
      <section className={classes.empty}>
        <h2>{t("failed_title")}</h2>
        <p>{sentence(query.error)}</p>
        <Button variant="default" loading={query.isFetching} onClick={() => void query.refetch()}>
          {t("common:retry")}
        </Button>
      </section>
    );
  }

  const images = query.data.pages.flatMap((page) => page.images).filter(({ id }) => !without.has(id) && !leaving.has(id));
  const latest = images.find(({ status }) => status === "ready");
  const others = images.filter((image) => image !== latest);
  if (images.length === 0) {
    return expecting ? null : (
      <section className={classes.empty}>
        <span className={classes.line} aria-hidden="true">
          <i />
          <i />
          <i />
        </span>
        <h2>{t("empty_title")}</h2>
        <p>{t("empty_text")}</p>
      </section>
    );
  }
  return (
    <>
      {latest ? <Latest image={latest} /> : null}
      {others.length > 0 ? (
        <section className={classes.mine} aria-labelledby="mine">
          <h2 id="mine">{t("mine")}</h2>
          <Grid images={others} />
        </section>
      ) : null}
      <More query={query} count={images.length} />
    </>
  );
}
