// The list beside the open conversation: which row is open, how many rows are kept, what a phone shows.
function openNumber() {
  return document.querySelector(".desk")?.dataset.conversation;
}

// A row that was pressed stays marked until its conversation is here, also when the list is renewed meanwhile.
let pressed = null;

function markPressed() {
  for (const link of document.querySelectorAll(".row-link")) {
    link.classList.toggle("htmx-request", link.getAttribute("href") === pressed);
  }
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.matches(".row-link")) pressed = event.detail.elt.getAttribute("href");
});
document.addEventListener("htmx:afterRequest", (event) => {
  const { path } = event.detail.requestConfig ?? {};
  if (!pressed || path !== pressed) return;
  pressed = null;
  markPressed();
});

function markOpen() {
  const number = openNumber();
  for (const row of document.querySelectorAll(".convo")) {
    const link = row.querySelector(".row-link");
    if (row.dataset.row === number) {
      link.setAttribute("aria-current", "true");
      row.classList.remove("unread");
      row.querySelector(".unread-dot")?.remove();
    } else {
      link.removeAttribute("aria-current");
    }
  }
}

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt.id !== "rows") return;
  const rows = document.querySelectorAll(".convo").length;
  if (rows > 30) event.detail.parameters.size = Math.min(150, rows);
});

document.addEventListener("htmx:afterSwap", (event) => {
  const id = event.detail.target?.id;
  if (id === "desk") {
    document.querySelector(".bench").dataset.showing = "desk";
    document.dispatchEvent(new CustomEvent("goldseam:desk"));
    document.dispatchEvent(new CustomEvent("goldseam:title"));
  }
  if (id === "desk" || id === "rows" || event.detail.target?.closest?.("#rows")) {
    markOpen();
    markPressed();
  }
  if (id === "rows" && event.detail.requestConfig?.elt?.id === "search") remember();
});

// A search can be reloaded and shared, as long as no conversation holds the address.
function remember() {
  if (openNumber()) return;
  const form = new FormData(document.getElementById("search"));
  history.replaceState(history.state, "", `/inbox/?${new URLSearchParams(form)}`);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-tab-to]");
  if (button) showTab(button.dataset.tabTo);
});

document.addEventListener("goldseam:compose", () => showTab("thread"));
document.addEventListener("goldseam:fill", () => showTab("thread"));

function showTab(name) {
  const desk = document.querySelector(".desk");
  if (!desk) return;
  desk.dataset.tab = name;
  for (const button of desk.querySelectorAll("[data-tab-to]")) {
    button.setAttribute("aria-pressed", String(button.dataset.tabTo === name));
  }
}

markOpen();
