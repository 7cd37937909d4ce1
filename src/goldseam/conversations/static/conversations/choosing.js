// Choosing several conversations: boxes, a range with Shift, x, and the whole view. What is chosen stays chosen
// when the list is fetched again.
const chosen = new Set();
let whole = false;
let last = null;
const bar = document.getElementById("bulk-bar");
const rows = document.getElementById("rows");
const dialog = document.getElementById("bulk-dialog");

const boxes = () => [...rows.querySelectorAll("[data-pick]")];

function show() {
  for (const box of boxes()) {
    box.checked = whole || chosen.has(box.value);
    box.closest(".convo").classList.toggle("picked", box.checked);
  }
  const any = whole || chosen.size > 0;
  bar.hidden = !any;
  rows.classList.toggle("choosing", any);
  const count = bar.querySelector(".bulk-count");
  const text = whole ? bar.dataset.allWords : bar.dataset.words.replace("{n}", chosen.size);
  if (count.textContent !== text) count.textContent = text;
  bar.querySelector("#pick-all").hidden = whole;
}

function clear() {
  chosen.clear();
  whole = false;
  last = null;
  show();
}

function set(box, on) {
  if (whole) {
    whole = false;
    for (const other of boxes()) chosen.add(other.value);
  }
  if (on) chosen.add(box.value);
  else chosen.delete(box.value);
}

function choose(box, on, isRange) {
  const all = boxes();
  const from = isRange && last ? all.findIndex((other) => other.value === last) : -1;
  const to = all.indexOf(box);
  if (from >= 0) for (const other of all.slice(Math.min(from, to), Math.max(from, to) + 1)) set(other, on);
  else set(box, on);
  last = box.value;
  show();
}

rows.addEventListener("click", (event) => {
  const box = event.target.closest("[data-pick]");
  if (box) choose(box, box.checked, event.shiftKey);
});

rows.addEventListener("mousedown", (event) => {
  if (event.shiftKey && event.target.closest(".row-pick")) event.preventDefault(); // no text is marked
});

function here() {
  const row = document.activeElement?.closest?.(".convo") ?? rows.querySelector(".row-link[aria-current]")?.closest(".convo");
  return row?.querySelector("[data-pick]") ?? null;
}

const said = () => {}; // what failed, the frame has said

function openWindow(verb) {
  const view = new FormData(document.getElementById("search"));
  const words = new URLSearchParams({ do: verb, view: view.get("view"), q: view.get("q") });
  htmx.ajax("GET", `/inbox/bulk/?${words}`, { target: "#bulk-dialog", swap: "innerHTML" }).catch(said);
}

function labels() {
  if (whole || chosen.size) {
    openWindow("label");
    return;
  }
  const number = document.querySelector(".desk")?.dataset.conversation ?? here()?.value;
  if (number) htmx.ajax("GET", `/conversations/${number}/labels/`, { target: "#bulk-dialog", swap: "innerHTML" }).catch(said);
}

document.addEventListener("click", (event) => {
  const verb = event.target.closest?.("[data-bulk]");
  if (verb) openWindow(verb.dataset.bulk);
  if (event.target.closest?.("[data-labels]")) labels();
  if (event.target.closest?.("#pick-all")) {
    whole = true;
    show();
  }
  if (event.target.closest?.("#pick-none")) clear();
  if (event.target.closest?.("[data-dismiss-bulk]")) document.getElementById("bulk-result").replaceChildren();
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target === dialog && dialog.childElementCount) {
    const form = document.getElementById("bulk-form");
    if (form) {
      form.elements.ids.value = whole ? "" : [...chosen].join(",");
      form.elements.all.value = whole ? "1" : "";
      dialog.querySelector(".bulk-of").textContent = bar.querySelector(".bulk-count").textContent;
    }
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("[autofocus]")?.focus();
  }
  if (rows.contains(event.detail.target) || event.detail.target === rows) show();
});

document.addEventListener("goldseam:bulk", clear);
document.addEventListener("goldseam:labelled", () => dialog.close());

// Another list is another choice.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.id === "search") clear();
});

const keys = globalThis.goldseam?.keys;
keys?.provide("choose", () => {
  const box = here();
  if (box) choose(box, !box.checked, false);
}, () => Boolean(here()));
keys?.provide("choose-all", () => {
  whole = true;
  show();
}, () => boxes().length > 0);
keys?.provide("choose-none", clear, () => whole || chosen.size > 0);
keys?.provide("label", labels, () => Boolean(chosen.size || whole || document.querySelector(".desk") || here()));
show();
