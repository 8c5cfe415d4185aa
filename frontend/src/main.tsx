import "@/app/styles.css";
import "virtual:theme.css";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Providers } from "@/app/providers";
import { createQueryClient } from "@/app/query-client";
import { createAppRouter } from "@/app/router";
import { watchSession } from "@/app/watch-session";
import { startSpeaking } from "@/lib/i18n";
import { rememberedHere, session } from "@/lib/session";

const queries = createQueryClient();
const router = createAppRouter(queries);

session.start().catch(() => undefined); // asked for while the words are fetched; the routes wait for it, or say why not
// What is shown next is fetched beside the words and the session, not after them.
if (rememberedHere()) void Promise.all([import("@/app/signed-in"), import("@/app/home-page")]);
else void import("@/features/access/components/pages");
await startSpeaking();
watchSession(router, queries);

const place = document.getElementById("root");
if (place === null) throw new Error("index.html has lost its #root: put it back.");
createRoot(place).render(
  <StrictMode>
    <Providers queries={queries}>
      <RouterProvider router={router} />
    </Providers>
  </StrictMode>,
);
