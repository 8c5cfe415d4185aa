import { fireEvent, screen, waitFor } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import type { ImageChange, ImageView } from "@/lib/wire/api";
import { faultsOf } from "@/testing/axe";
import { anAwaitedImage, anImage } from "@/testing/builders";
import { openSignedIn } from "@/testing/render";
import { refusal, server } from "@/testing/server";

/** An API that holds these images. */
function holding(...images: ImageView[]): Map<string, ImageView> {
  const held = new Map(images.map((image) => [image.id, image]));
  server.use(
    http.get("/v1/images", () => HttpResponse.json({ images: [...held.values()], next_cursor: null })),
    http.get("/v1/images/:id", ({ params }) => {
      const image = held.get(String(params.id));
      return image ? HttpResponse.json(image) : refusal(404, "No image.");
    }),
    http.patch("/v1/images/:id", async ({ params, request }) => {
      const changed = { ...held.get(String(params.id))!, ...((await request.json()) as ImageChange) };
      held.set(changed.id, changed);
      return HttpResponse.json(changed);
    }),
    http.delete("/v1/images/:id", ({ params }) => {
      held.delete(String(params.id));
      return new HttpResponse(null, { status: 204 });
    }),
  );
  return held;
}

test("who has no photos yet is told what will happen", async () => {
  await openSignedIn("/");

  expect(await screen.findByText("Your first photo will hang here once it is developed.")).toBeVisible();
  expect(document.title).toBe("Your photos · Darkroom");
});

test("the latest photo is large and fetched first, the others hang below", async () => {
  holding(anImage({ title: "Newest" }), anImage({ title: "Older" }), anImage({ alt_text: "A quiet river" }));
  await openSignedIn("/");

  expect(await screen.findByRole("img", { name: "Newest" })).toHaveAttribute("fetchpriority", "high");
  const older = screen.getByRole("img", { name: "A quiet river" });
  expect(older).toHaveAttribute("loading", "lazy");
  expect(older).toHaveAttribute("srcset", expect.stringContaining("3000.webp 3000w"));
  expect(older).toHaveAttribute("width", "3000");
});

test("a photo that was refused says why", async () => {
  holding(anImage(), anAwaitedImage({ status: "refused", reason: "This is no photo." }));
  await openSignedIn("/");

  expect(await screen.findByText("This is no photo.")).toBeVisible();
});

test("older photos come when they are asked for", async () => {
  server.use(
    http.get("/v1/images", ({ request }) => {
      const cursor = new URL(request.url).searchParams.get("cursor");
      return HttpResponse.json(
        cursor === "next/1"
          ? { images: [anImage({ title: "Ancient" })], next_cursor: null }
          : { images: [anImage({ title: "Newest" })], next_cursor: "next/1" },
      );
    }),
  );
  const { user } = await openSignedIn("/");

  await user.click(await screen.findByRole("button", { name: "Show older photos" }));

  expect(await screen.findByRole("img", { name: "Ancient" })).toBeVisible();
});

test("photos that can't be fetched are asked for again by hand", async () => {
  server.use(http.get("/v1/images", () => refusal(503, "Try again in a minute."), { once: true }));
  const { user } = await openSignedIn("/");
  expect(await screen.findByText("Try again in a minute.")).toBeVisible();

  await user.click(screen.getByRole("button", { name: "Try again" }));

  expect(await screen.findByText("The line is still empty")).toBeVisible();
});

test("an address that ran out is asked for again", async () => {
  const image = anImage({ title: "Blue hour" });
  const held = holding(image);
  await openSignedIn("/");
  const shown = await screen.findByRole("img", { name: "Blue hour" });
  const fresh = { ...image, variants: image.variants.map((each) => ({ ...each, url: `${each.url}?signed=again` })) };
  held.set(image.id, fresh);

  fireEvent.error(shown);

  await waitFor(() => {
    expect(screen.getByRole("img", { name: "Blue hour" })).toHaveAttribute("src", expect.stringContaining("signed=again"));
  });
});

test("a title and a description are saved when their field is left", async () => {
  const image = anImage();
  const held = holding(image);
  const { user } = await openSignedIn(`/images/${image.id}`);

  await user.type(await screen.findByLabelText("Title"), "Blue hour{Enter}");
  await user.type(await screen.findByLabelText("Description"), "Hills below a violet sky");
  await user.tab();

  await waitFor(() => expect(held.get(image.id)).toMatchObject({ title: "Blue hour", alt_text: "Hills below a violet sky" }));
  expect(await screen.findByRole("heading", { name: "Blue hour" })).toBeVisible();
});

test("a visibility that the API refuses goes back to what it was", async () => {
  const image = anImage();
  holding(image);
  server.use(http.patch("/v1/images/:id", () => refusal(409, "It is being developed: try again in a moment.")));
  const { user } = await openSignedIn(`/images/${image.id}`);

  await user.click(await screen.findByLabelText("Everyone"));

  expect(await screen.findByText(/It is being developed: try again in a moment/)).toBeVisible();
  expect(screen.getByLabelText("Only me")).toBeChecked();
});

test("a photo that others may see has a link to copy", async () => {
  const image = anImage();
  holding(image);
  const { user } = await openSignedIn(`/images/${image.id}`);

  await user.click(await screen.findByLabelText("Who has the link"));
  await user.click(await screen.findByRole("button", { name: "Copy link" }));

  expect(await screen.findByText("The link is copied.")).toBeVisible();
  expect(await navigator.clipboard.readText()).toBe(`http://localhost:4584/v1/images/${image.id}/optimized`);
});

test("a deleted photo is gone at once and comes back when one undoes it", async () => {
  const image = anImage({ title: "Blue hour" });
  const held = holding(image, anImage({ title: "Another" }));
  server.use(
    http.post("/v1/images/:id/restore", () => {
      held.set(image.id, image);
      return HttpResponse.json(image);
    }),
  );
  const { user } = await openSignedIn(`/images/${image.id}`);

  await user.click(await screen.findByRole("button", { name: /^Delete/ }));
  expect(await screen.findByText("“Blue hour” is deleted.")).toBeVisible();
  expect(screen.queryByRole("img", { name: "Blue hour" })).not.toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Undo" }));

  expect(await screen.findByText("“Blue hour” is back.")).toBeVisible();
  expect(await screen.findByRole("img", { name: "Blue hour" })).toBeVisible();
});

test("a photo that can't be deleted stays", async () => {
  const image = anImage({ title: "Blue hour" });
  holding(image);
  server.use(http.delete("/v1/images/:id", () => refusal(500, "Something went wrong on our side.")));
  const { user } = await openSignedIn(`/images/${image.id}`);

  await user.click(await screen.findByRole("button", { name: /^Delete/ }));

  expect(await screen.findByText(/“Blue hour” could not be deleted/)).toBeVisible();
  expect(await screen.findByRole("img", { name: "Blue hour" })).toBeVisible();
});

test("a photo is zoomed with keys and buttons", async () => {
  const image = anImage({ title: "Blue hour" });
  holding(image);
  const { user } = await openSignedIn(`/images/${image.id}`);
  const view = await screen.findByRole("application", { name: /Blue hour/ });

  view.focus();
  await user.keyboard("+");
  expect(screen.getByText("150%")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Zoom in" }));
  expect(screen.getByText("225%")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Fit to the window" }));

  expect(screen.getByText("100%")).toBeVisible();
});

test("a photo of somebody else looks absent", async () => {
  holding();
  await openSignedIn("/images/0192a3b4-0000-7000-8000-000000000999");

  expect(await screen.findByRole("heading", { name: "This photo is not here" })).toBeVisible();
});

test("what fogs a page can be tried again", async () => {
  const image = anImage({ title: "Blue hour" });
  holding(image);
  server.use(http.get("/v1/images/:id", () => refusal(500, "Something went wrong on our side."), { once: true }));
  const { user } = await openSignedIn(`/images/${image.id}`);
  expect(await screen.findByRole("heading", { name: "This page fogged" })).toBeVisible();

  await user.click(screen.getByRole("button", { name: "Try again" }));

  expect(await screen.findByRole("heading", { name: "Blue hour" })).toBeVisible();
});

test("the pages of who is signed in can be used by everybody", async () => {
  const image = anImage({ title: "Blue hour" });
  holding(image, anImage(), anAwaitedImage());
  const { router } = await openSignedIn("/");
  await screen.findByRole("img", { name: "Blue hour" });
  expect(await faultsOf(document.body)).toEqual([]);

  await router.navigate({ to: "/images/$imageId", params: { imageId: image.id } });
  await screen.findByLabelText("Title");
  expect(await faultsOf(document.body)).toEqual([]);
});
