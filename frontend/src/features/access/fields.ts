import { SHORTEST_PASSWORD } from "@/lib/password-strength";

/** What is wrong with a field, as the key of its sentence. */
export type Fault = "missing_email" | "strange_email" | "missing_password" | "short_password" | "different";

export function emailFault(email: string): Fault | undefined {
  if (email.trim() === "") return "missing_email";
  return /^[^\s@]+@[^\s@]+$/.test(email.trim()) ? undefined : "strange_email";
}

export function passwordFault(password: string): Fault | undefined {
  return password === "" ? "missing_password" : undefined;
}

export function newPasswordFault(password: string): Fault | undefined {
  return passwordFault(password) ?? (password.length < SHORTEST_PASSWORD ? "short_password" : undefined);
}

export function confirmationFault(password: string, confirmation: string): Fault | undefined {
  return password === confirmation ? undefined : "different";
}
