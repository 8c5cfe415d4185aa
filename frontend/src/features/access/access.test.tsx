import { screen, waitFor, within } from "@testing-library/react";
import { http, HttpResponse } from "msw";
import { expect, test } from "vitest";
import { ownPath } from "@/app/router";
import { choose } from "@/lib/i18n";
import { passwordStrength } from "@/lib/password-strength";
import { session } from "@/lib/session";
import { faultsOf } from "@/testing/axe";
import { anImage, aSession } from "@/testing/builders";
import { open, openSignedIn } from "@/testing/render";
import { refusal, server } from "@/testing/server";

const email = () => screen.findByLabelText("E-mail");
const password = () => screen.findByLabelText("Password");

test("who is not signed in is led to the door, and afterwards to where they wanted to go", async () => {
  const image = anImage({ title: "Blue hour" });
  server.use(http.get("/v1/images/:id", () => HttpResponse.json(image)));
  const { user, router } = open(`/images/${image.id}`);

  await user.type(await email(), "ada@example.com");
  await user.type(await password(), "correct horse battery{Enter}");

  expect(await screen.findByRole("heading", { name: "Blue hour" })).toBeVisible();
  expect(router.state.location.pathname).toBe(`/images/${image.id}`);
});

test("nobody is led to another site", () => {
  const wishes = ["/images/1?a=b", "//evil.test", "https://evil.test", "/\\evil.test", "javascript:alert(1)", "/\n/evil.test"];

  expect(wishes.map(ownPath)).toEqual(["/images/1?a=b", undefined, undefined, undefined, undefined, undefined]);
});

test("a wrong password is said in the API's words", async () => {
  server.use(http.post("/v1/auth/login", () => refusal(401, "The e-mail address or the password is wrong.")));
  const { user } = open("/sign-in");

  await user.type(await email(), "ada@example.com");
  await user.type(await password(), "wrong password{Enter}");

  await waitFor(() => expect(screen.getByRole("alert")).toHaveTextContent("The e-mail address or the password is wrong."));
});

test("an empty form points to its first field", async () => {
  const { user } = open("/sign-in");

  await user.click(await screen.findByRole("button", { name: "Sign in" }));

  expect(await email()).toHaveFocus();
  expect(await email()).toHaveAccessibleDescription("Enter your e-mail address.");
});

test("a field's error stands beside its field", async () => {
  const errors = { email: ["This is no e-mail address: check it."], password: ["Use another password."] };
  server.use(http.post("/v1/auth/register", () => refusal(422, "Look again.", { errors })));
  const { user } = open("/register");

  await user.type(await email(), "ada@example");
  await user.type(await password(), "correct horse battery");
  await user.type(await screen.findByLabelText("Password again"), "correct horse battery{Enter}");

  await waitFor(async () => expect(await email()).toHaveAccessibleDescription("This is no e-mail address: check it."));
  expect(screen.getByText("Use another password.")).toBeVisible();
});

test("a taken e-mail address leads to signing in", async () => {
  server.use(http.post("/v1/auth/register", () => refusal(409, "ada@example.com has an account already.")));
  const { user } = open("/register");

  await user.type(await email(), "ada@example.com");
  await user.type(await password(), "correct horse battery");
  await user.type(await screen.findByLabelText("Password again"), "correct horse battery{Enter}");

  expect(await screen.findByText(/has an account already/)).toBeVisible();
  const beside = within(screen.getByText(/has an account already/));
  await user.click(beside.getByRole("link", { name: "Sign in" }));
  expect(await screen.findByRole("heading", { name: "Welcome back" })).toBeVisible();
});

test("two different passwords are not sent", async () => {
  const { user } = open("/register");

  await user.type(await email(), "ada@example.com");
  await user.type(await password(), "correct horse battery");
  await user.type(await screen.findByLabelText("Password again"), "correct horse batteri{Enter}");

  expect(await screen.findByText("The two passwords differ: type the same one twice.")).toBeVisible();
  expect(session.state.get().kind).toBe("out");
});

test("after too many tries the time that is left counts down", async () => {
  server.use(http.post("/v1/auth/login", () => refusal(429, "Too many tries.", { retryAfter: 2 })));
  const { user } = open("/sign-in");

  await user.type(await email(), "ada@example.com");
  await user.type(await password(), "wrong password{Enter}");

  expect(await screen.findByRole("button", { name: "Wait 0:02" })).toBeDisabled();
  expect(screen.getByRole("alert")).toHaveTextContent("You can try again in 0:0");
  expect(await screen.findByRole("button", { name: "Sign in" }, { timeout: 4_000 })).toBeEnabled();
});

test("a password can be looked at", async () => {
  const { user } = open("/sign-in");
  await user.type(await password(), "secret");
  expect(await password()).toHaveAttribute("type", "password");

  await user.click(screen.getByRole("button", { name: "Show password" }));

  expect(await password()).toHaveAttribute("type", "text");
});

test("a password's strength is told while it is typed", async () => {
  const { user } = open("/register");

  await user.type(await password(), "password1");
  expect(screen.getByText("Easy to guess: add a word or two")).toBeVisible();
  await user.clear(await password());
  await user.type(await password(), "drying prints by candle");
  expect(screen.getByText("Strong")).toBeVisible();
});

test("length counts, and names and runs do not", () => {
  expect(passwordStrength("short")).toBe(0);
  expect(passwordStrength("aaaaaaaaaaaaaaaa")).toBe(1);
  expect(passwordStrength("abcdefghijkl")).toBe(1);
  expect(passwordStrength("ada.lovelace-1815", "ada.lovelace@example.com")).toBe(1);
  expect(passwordStrength("тихая река вечером")).toBe(3);
});

test("a request whose token ran out is sent again with a fresh one", async () => {
  const tokens: (string | null)[] = [];
  server.use(
    http.post("/v1/auth/refresh", () => HttpResponse.json(aSession({ access_token: "token-2" }))),
    http.get("/v1/images", ({ request }) => {
      tokens.push(request.headers.get("Authorization"));
      if (tokens.length === 1) return refusal(401, "The token ran out.");
      return HttpResponse.json({ images: [], next_cursor: null });
    }),
  );
  await openSignedIn("/");

  expect(await screen.findByText("The line is still empty")).toBeVisible();
  expect(tokens).toEqual(["Bearer token-1", "Bearer token-2"]);
});

test("signing out everywhere leads to the door", async () => {
  let ended = false;
  server.use(
    http.post("/v1/auth/logout-everywhere", () => {
      ended = true;
      return new HttpResponse(null, { status: 204 });
    }),
  );
  const { user } = await openSignedIn("/");

  await user.click(await screen.findByRole("button", { name: "Account" }));
  await user.click(await screen.findByRole("menuitem", { name: "Sign out everywhere" }));

  expect(await screen.findByRole("heading", { name: "Welcome back" })).toBeVisible();
  expect(ended).toBe(true);
});

test("the app speaks Russian to who asks for it, and remembers", async () => {
  const { user } = open("/sign-in");

  await user.click(await screen.findByRole("button", { name: "Русский" }));

  expect(await screen.findByRole("heading", { name: "С возвращением" })).toBeVisible();
  expect(document.documentElement.lang).toBe("ru");
  expect(localStorage.getItem("darkroom.language")).toBe("ru");
  await choose("en");
});

test("without a connection the form says so, and so does the page", async () => {
  server.use(http.post("/v1/auth/login", () => HttpResponse.error()));
  const { user } = open("/sign-in");

  await user.type(await email(), "ada@example.com");
  await user.type(await password(), "correct horse battery{Enter}");

  expect(await screen.findByText("You are offline.")).toBeVisible();
  expect(within(screen.getByRole("alert")).getByText(/Check your connection/)).toBeVisible();
});

test("an address that leads nowhere says so", async () => {
  open("/nowhere");

  expect(await screen.findByRole("heading", { name: "Nothing on this negative" })).toBeVisible();
});

test.each(["/sign-in", "/register", "/nowhere"])("%s can be used by everybody", async (address) => {
  open(address);
  await screen.findByRole("heading", { level: 1 });

  expect(await faultsOf(document.body)).toEqual([]);
});
