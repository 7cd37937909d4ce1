// Runs before the first paint, so that a dark page never flashes light.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("goldseam:theme");
  } catch {
    // Without storage the system's preference decides.
  }
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const root = document.documentElement;
  root.setAttribute("data-bs-theme", dark ? "dark" : "light");
  root.classList.remove("no-js");
})();
