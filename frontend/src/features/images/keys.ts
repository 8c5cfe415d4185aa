/** Under which keys the query client keeps images. */
export const imageKeys = {
  all: ["images"] as const,
  mine: ["images", "mine"] as const,
  one: (id: string) => ["images", "one", id] as const,
};
