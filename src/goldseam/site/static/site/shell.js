// The frame's manners: theme, menus, dialogs, copying, asking before something final, toasts, waiting times.
const root = document.documentElement;

function toast(text, level = "info") {
  const place = document.getElementById("toasts");
  const note = document.getElementById("toast-shape").content.firstElementChild.cloneNode(true);
  note.dataset.level = level;
  note.querySelector(".toast-text").textContent = text;
  place.append(note);
  while (place.children.length > 3) place.firstElementChild.remove();
  setTimeout(() => note.remove(), level === "error" ? 9000 : 4000);
}

function switchTheme(button) {
  const next = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
  root.setAttribute("data-bs-theme", next);
  const address = button.dataset.themeUrl;
  if (address) {
    root.dataset.theme = next;
    const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
    fetch(address, { method: "POST", headers: { "X-CSRFToken": token }, body: new URLSearchParams({ theme: next }) }).catch(() => {});
    return;
  }
  try {
    localStorage.setItem("goldseam:theme", next);
  } catch {
    // The choice then lasts for this page.
  }
}

async function copy(button) {
  const source = document.querySelector(button.dataset.copy);
  if (!source) return;
  try {
    await navigator.clipboard.writeText(source.textContent.trim());
    toast(button.dataset.copied);
  } catch {
    getSelection().selectAllChildren(source); // without the clipboard's permission: ready for Ctrl+C
  }
}

function openDialog(id) {
  const dialog = document.getElementById(id);
  if (dialog && !dialog.open) {
    dialog.showModal();
    for (const part of dialog.querySelectorAll("[hx-trigger=show]")) htmx.trigger(part, "show");
  }
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (!target) return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(target)) menu.open = false;
  }
  const switcher = target.closest("[data-theme-switch]");
  if (switcher) switchTheme(switcher);
  target.closest("[data-dismiss]")?.parentElement.remove();
  const opener = target.closest("[data-opens]");
  if (opener) openDialog(opener.dataset.opens);
  const submitter = target.closest("[data-submits]");
  if (submitter) document.getElementById(submitter.dataset.submits)?.requestSubmit();
  const copier = target.closest("[data-copy]");
  if (copier) copy(copier);
  if (target instanceof HTMLDialogElement && target.open) target.close(); // a click beside the sheet
});

document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
}, true);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("goldseam:toast", (event) => toast(event.detail.text, event.detail.level));

document.addEventListener("htmx:afterRequest", (event) => {
  const read = event.detail.requestConfig?.verb === "get"; // a search in a sheet leaves it open
  if (event.detail.successful && !read) event.detail.elt.closest?.("dialog[open]")?.close();
});

document.addEventListener("htmx:responseError", (event) => {
  const { xhr, elt } = event.detail;
  const told = (xhr.getResponseHeader("HX-Trigger") ?? "").includes("goldseam:toast");
  const quiet = elt.dataset?.live !== undefined; // a live part tries again by itself
  if (!told && !quiet && xhr.status !== 401) toast(document.body.dataset.wordFailed, "error");
});

document.addEventListener("htmx:sendError", (event) => {
  if (event.detail.elt.dataset?.live === undefined) toast(document.body.dataset.wordOffline, "error");
});

// An input method's letters on their way to becoming characters search and filter nothing; the characters do.
document.addEventListener("input", (event) => {
  if (event.isComposing && event.target instanceof HTMLInputElement) event.stopImmediatePropagation();
}, true);
document.addEventListener("compositionend", ({ target }) => {
  if (target instanceof HTMLInputElement) target.dispatchEvent(new Event("input", { bubbles: true }));
});

// Waiting times go on while nothing else changes.
function span(since) {
  const words = document.body.dataset;
  const minutes = Math.max(0, Math.floor((Date.now() - Date.parse(since)) / 60000));
  if (minutes < 1) return words.wordNow;
  if (minutes < 60) return words.wordMin.replace("{n}", minutes);
  if (minutes < 48 * 60) return words.wordHour.replace("{n}", Math.floor(minutes / 60));
  return words.wordDay.replace("{n}", Math.floor(minutes / 1440));
}

setInterval(() => {
  for (const element of document.querySelectorAll("[data-since]")) {
    const text = span(element.dataset.since);
    if (element.textContent !== text) element.textContent = text;
  }
}, 20000);
