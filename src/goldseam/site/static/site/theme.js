// Runs before the first paint, so that a dark page never flashes light. Who is signed in has the choice in the
// page itself; others have it in this browser; without any, the device decides. The shelf of alerts is as high as
// it was on the page before (slots.js).
(() => {
  const root = document.documentElement;
  const device = matchMedia("(prefers-color-scheme: dark)");
  function kept(name) {
    try {
      return localStorage.getItem(`goldseam:${name}`);
    } catch {
      return null; // Without storage the device decides, and nothing is reserved.
    }
  }
  function apply() {
    const wanted = root.dataset.theme ?? kept("theme") ?? "auto";
    const dark = wanted === "auto" ? device.matches : wanted === "dark";
    root.setAttribute("data-bs-theme", dark ? "dark" : "light");
  }
  apply();
  device.addEventListener("change", apply);
  const shelf = Number(kept("shelf"));
  if (shelf > 0 && shelf < 400) root.style.setProperty("--shelf", `${shelf}px`);
  root.classList.remove("no-js");
})();
