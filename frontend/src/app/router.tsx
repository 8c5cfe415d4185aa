import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  type RouterHistory,
} from "@tanstack/react-router";
import { imageQuery, myImagesQuery } from "@/features/images/queries";
import { session } from "@/lib/session";
import { AbsentPage } from "@/app/absent-page";
import { ErrorPage } from "@/app/error-page";
import { Frame } from "@/app/frame";
import { Pending } from "@/app/pending";

const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Frame,
  notFoundComponent: AbsentPage,
});

interface Destination {
  /** Where one wanted to go before signing in. */
  to?: string;
}

const door = createRoute({
  getParentRoute: () => root,
  id: "door",
  validateSearch: (search: Record<string, unknown>): Destination => {
    const to = ownPath(search.to);
    return to === undefined ? {} : { to };
  },
  beforeLoad: async ({ search }) => {
    await settle();
    if (session.state.get().kind === "in") throw redirect({ href: search.to ?? "/", replace: true });
  },
});

const signIn = createRoute({
  getParentRoute: () => door,
  path: "/sign-in",
  component: lazyRouteComponent(() => import("@/features/access/components/pages"), "SignInPage"),
});

const register = createRoute({
  getParentRoute: () => door,
  path: "/register",
  component: lazyRouteComponent(() => import("@/features/access/components/pages"), "RegisterPage"),
});

const mine = createRoute({
  getParentRoute: () => root,
  id: "mine",
  beforeLoad: async ({ location }) => {
    await session.start();
    if (session.state.get().kind === "in") return;
    throw redirect({ to: "/sign-in", search: location.href === "/" ? {} : { to: location.href }, replace: true });
  },
  component: lazyRouteComponent(() => import("@/app/signed-in"), "SignedIn"),
});

const home = createRoute({
  getParentRoute: () => mine,
  path: "/",
  loader: ({ context }) => void context.queries.infiniteQuery(myImagesQuery()).catch(leaveToThePage),
  component: lazyRouteComponent(() => import("@/app/home-page"), "HomePage"),
});

const image = createRoute({
  getParentRoute: () => mine,
  path: "/images/$imageId",
  loader: ({ context, params }) => 
    void context.queries.query(imageQuery(params.imageId, context.queries)).catch(leaveToThePage),
  component: lazyRouteComponent(() => import("@/features/images/components/image-page"), "ImagePage"),
});

const routes = root.addChildren([door.addChildren([signIn, register]), mine.addChildren([home, image])]);

/** The app's addresses: who may open them, what each needs first, and what it shows. */
export function createAppRouter(queries: QueryClient, history?: RouterHistory) {
  return createRouter({
    routeTree: routes,
    context: { queries },
    ...(history ? { history } : {}),
    defaultPreload: "intent",
    defaultPreloadStaleTime: 0, // the query client decides what is stale
    scrollRestoration: true,
    defaultErrorComponent: ErrorPage,
    defaultNotFoundComponent: AbsentPage,
    defaultPendingComponent: Pending,
    defaultPendingMs: 400,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}

/** A path of this app, or undefined: nobody is led to another site after signing in. */
export function ownPath(text: unknown): string | undefined {
  if (typeof text !== "string" || !text.startsWith("/") || /[\\\s]/.test(text)) return undefined;
  const here = "http://darkroom.invalid";
  return URL.canParse(text, here) && new URL(text, here).origin === here ? text : undefined;
}

/** What a loader could not fetch is the page's to tell: it asks again and has the words. */
const leaveToThePage = () => undefined;

/** Find out who is signed in; on the way in, no answer means nobody. */
async function settle(): Promise<void> {
  try {
    await session.start();
  } catch {
    // The form can be shown all the same, and says so when it is sent.
  }
}
