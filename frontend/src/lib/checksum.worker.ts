/** Hashes files beside the page, so that it stays quick. */
addEventListener("message", (event: MessageEvent<File>) => {
  void answer(event.data);
});

async function answer(file: File): Promise<void> {
  try {
    const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
    const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
    postMessage({ hex });
  } catch (error) {
    postMessage({ error: String(error) });
  }
}
