// Shows the chosen light or dark before anything is painted. A file of its own, so that no inline script is needed.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("darkroom.scheme");
  } catch {
    // Storage is closed to us: follow the system.
  }
  const dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", dark ? "dark" : "light");
})();
