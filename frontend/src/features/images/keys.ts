/** Under which keys the query client keeps images. */
export const imageKeys = {
  mine: ["images", "mine"] as const,
  one: (id: string) => ["images", "one", id] as const,
};
