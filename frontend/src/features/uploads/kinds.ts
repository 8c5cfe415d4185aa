/** The kinds that are developed, by the endings of their files: some browsers know no type for HEIC. */
const BY_ENDING: Record<string, string> = {
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  jpe: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
  gif: "image/gif",
  avif: "image/avif",
  heic: "image/heic",
  heif: "image/heif",
};
const KINDS = new Set(Object.values(BY_ENDING));

/** For the file chooser. */
export const ACCEPTED = [...KINDS, ".heic", ".heif"].join(",");

/** The content type of a file, or undefined where it is none that we develop. */
export function kindOf(file: Pick<File, "name" | "type">): string | undefined {
  const told = file.type === "image/jpg" ? "image/jpeg" : file.type.toLowerCase();
  if (KINDS.has(told)) return told;
  const ending = /\.([a-z]{3,4})$/i.exec(file.name)?.[1]?.toLowerCase();
  return told === "" || told === "application/octet-stream" ? BY_ENDING[ending ?? ""] : undefined;
}
