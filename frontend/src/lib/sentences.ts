import { ApiError } from "@/lib/http";
import { i18n, spoken } from "@/lib/i18n";

/** What to tell a person about an error: the API's own words where they read its language, else ours. */
export function sentence(error: unknown): string {
  if (!(error instanceof ApiError)) return i18n.t("common:problem.fault");
  if (error.detail !== "" && spoken() === "en") return error.detail;
  return i18n.t(`common:problem.${error.code}`);
}
