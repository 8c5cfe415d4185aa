/** Hashes files beside the page, so that it stays quick. */
addEventListener("message", (event: MessageEvent<File>) => {
  sha256(event.data).then(
    (hex) => postMessage({ hex }),
    (error: unknown) => postMessage({ error: String(error) }),
  );
});

async function sha256(file: File): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
