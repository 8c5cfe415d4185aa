import { Button } from "@mantine/core";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import classes from "./more.module.css";

interface Props {
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; isError: boolean; fetchNextPage: () => unknown };
  count: number;
}

const FEW = 8;

/** Leads to older images: by itself when its place comes near, and as a button for everybody else. */
export function More({ query, count }: Props) {
  const { t } = useTranslation("images");
  const place = useRef<HTMLDivElement>(null);
  const { hasNextPage, isFetchingNextPage, isError, fetchNextPage } = query;

  useEffect(() => {
    if (!place.current || !hasNextPage || isFetchingNextPage || isError) return;
    const observer = new IntersectionObserver(
      (seen) => {
        if (seen.some((entry) => entry.isIntersecting)) void fetchNextPage();
      },
      { rootMargin: "600px" },
    );
    observer.observe(place.current);
    return () => observer.disconnect();
  }, [hasNextPage, isFetchingNextPage, isError, fetchNextPage]);

  return (
    <div ref={place} className={classes.more}>
      {hasNextPage ? (
        <Button variant="default" radius="xl" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {t("more")}
        </Button>
      ) : count > FEW ? (
        <p>{t("all")}</p>
      ) : null}
    </div>
  );
}
