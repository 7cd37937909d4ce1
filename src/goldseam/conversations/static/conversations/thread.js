// The thread opens at its end, stays there while one reads the end, and says aloud what the customer adds.
let last = "";

// Of the customer: a reply that is still held back, or an event, may stand below.
function newest() {
  const said = document.querySelectorAll("#thread .said-customer");
  return said.length ? said[said.length - 1] : null;
}

// What arrives around the thread (clocks, requests, a growing composer) takes from its beginning, not from its end.
let atEnd = true;
const sized = new ResizeObserver(([{ target }]) => {
  if (atEnd) target.scrollTop = target.scrollHeight;
});
const distance = (thread) => thread.scrollHeight - thread.scrollTop - thread.clientHeight;

document.addEventListener("scroll", ({ target }) => {
  if (target.id === "thread") atEnd = distance(target) < 60;
}, true);

function toEnd() {
  const thread = document.getElementById("thread");
  if (!thread) return;
  thread.scrollTop = thread.scrollHeight;
  thread.dataset.shown = "";
  atEnd = true;
  sized.disconnect();
  sized.observe(thread);
  last = newest()?.id ?? "";
}

// A thread that was unfolded stays so when it is fetched again.
document.addEventListener("htmx:configRequest", (event) => {
  const { elt, parameters } = event.detail;
  const count = document.querySelectorAll("#thread .said").length;
  if (elt.id === "thread" && count > 100) parameters.size = count + 1;
});

document.addEventListener("goldseam:desk", toEnd);
document.addEventListener("goldseam:sent", () => requestAnimationFrame(toEnd));
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "thread") return;
  const said = newest();
  const heard = document.getElementById("heard");
  if (said && said.id !== last && heard) {
    heard.textContent = `${heard.dataset.says}: ${said.querySelector(".bubble-text").textContent}`;
  }
  last = said?.id ?? "";
});
toEnd();
