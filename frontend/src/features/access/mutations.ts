import { mutationOptions } from "@tanstack/react-query";
import { session } from "@/lib/session";

export interface Credentials {
  email: string;
  password: string;
}

export const registering = mutationOptions({
  mutationKey: ["access", "register"],
  mutationFn: ({ email, password }: Credentials) => session.register(email.trim(), password),
});

export const signingIn = mutationOptions({
  mutationKey: ["access", "sign-in"],
  mutationFn: ({ email, password }: Credentials) => session.logIn(email.trim(), password),
});

export const signingOut = mutationOptions({
  mutationKey: ["access", "sign-out"],
  mutationFn: () => session.logOut(),
});

export const signingOutEverywhere = mutationOptions({
  mutationKey: ["access", "sign-out-everywhere"],
  mutationFn: () => session.logOutEverywhere(),
});
