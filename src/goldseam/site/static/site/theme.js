// Runs before the first paint, so that a dark page never flashes light. Who is signed in has the choice in the
// page itself; others have it in this browser; without any, the device decides.
(() => {
  const root = document.documentElement;
  const device = matchMedia("(prefers-color-scheme: dark)");
  function chosen() {
    if (root.dataset.theme) return root.dataset.theme;
    try {
      return localStorage.getItem("goldseam:theme") ?? "auto";
    } catch {
      return "auto"; // Without storage the device decides.
    }
  }
  function apply() {
    const wanted = chosen();
    const dark = wanted === "auto" ? device.matches : wanted === "dark";
    root.setAttribute("data-bs-theme", dark ? "dark" : "light");
  }
  apply();
  device.addEventListener("change", apply);
  root.classList.remove("no-js");
})();
