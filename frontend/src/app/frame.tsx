import { Link, Outlet, useRouter } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import { LanguageSwitch } from "@/app/language-switch";
import { OfflineNotice } from "@/app/offline-notice";
import { Toasts } from "@/components/ui/toasts";
import { Wordmark } from "@/components/ui/wordmark";
import { session } from "@/lib/session";
import { useStore } from "@/lib/use-store";
import classes from "./frame.module.css";

const AccountMenu = lazy(() => import("@/features/access/components/account-menu"));

/** What is around every page: the way past the header, the header, the offline notice, the page, short words below. */
export function Frame() {
  const { t } = useTranslation("common");
  const { kind } = useStore(session.state);
  const main = useRef<HTMLElement>(null);
  useFocusOnNavigation(main);
  return (
    <>
      <a className={classes.skip} href="#main">
        {t("skip")}
      </a>
      <OfflineNotice />
      <header className={classes.header} data-inside={kind === "in"}>
        <Link to="/" className={classes.home} aria-label={t("home")}>
          <Wordmark />
        </Link>
        {kind === "in" ? (
          <Suspense>
            <AccountMenu />
          </Suspense>
        ) : (
          <LanguageSwitch />
        )}
      </header>
      <main ref={main} id="main" tabIndex={-1} className={classes.main}>
        <Outlet />
      </main>
      <Toasts />
    </>
  );
}

/** Put the focus on the new page's heading, so that it is read out and Tab goes on from there. */
function useFocusOnNavigation(main: RefObject<HTMLElement | null>): void {
  const router = useRouter();
  useEffect(
    () =>
      router.subscribe("onRendered", ({ fromLocation, pathChanged }) => {
        if (fromLocation === undefined || !pathChanged) return;
        const heading = main.current?.querySelector<HTMLElement>("h1[tabindex]");
        (heading ?? main.current)?.focus({ preventScroll: true });
      }),
    [router, main],
  );
}
