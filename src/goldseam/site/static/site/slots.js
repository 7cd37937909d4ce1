// A part that is fetched after the page keeps what stands below it out of sight until it is there (shell.css), and the
// shelf of alerts has the height from the beginning that it had on the page before (theme.js): nothing jumps.
const shelf = document.querySelector(".shelf");

function settle() {
  if (!shelf || shelf.querySelector(":scope > :not([data-came])")) return;
  document.documentElement.style.removeProperty("--shelf");
  try {
    localStorage.setItem("goldseam:shelf", String(Math.round(shelf.getBoundingClientRect().height)));
  } catch {
    // The next page then reserves nothing.
  }
}

// Also after a failure: what stands below must not stay hidden.
document.addEventListener("htmx:afterRequest", ({ detail: { elt } }) => {
  if (elt.dataset.came !== undefined || !elt.matches('[hx-trigger^="load"]')) return;
  elt.dataset.came = "";
  if (elt.parentElement === shelf) settle();
});
if (shelf) new ResizeObserver(settle).observe(shelf);
