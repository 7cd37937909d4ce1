// Asking beside a thread, and deciding: the dialog, what a grant fills in, the amount on the button, batches.
const wide = matchMedia("(min-width: 1181px)");
let wanted = null;

function dialogBox() {
  return document.getElementById("approvals-dialog");
}

// From anywhere in the workbench: goldseam:ask-approval with { remedy, amount, text }.
document.addEventListener("goldseam:ask-approval", (event) => {
  const button = document.querySelector("[data-action~='ask-approval']");
  if (!button || !dialogBox()) return;
  wanted = event.detail ?? {};
  const url = new URL(button.getAttribute("hx-get"), location.href);
  for (const name of ["remedy", "amount"]) if (wanted[name]) url.searchParams.set(name, wanted[name]);
  htmx.ajax("GET", url.pathname + url.search, { target: "#approvals-dialog", swap: "innerHTML" }).catch(() => {}); // the frame says what failed
});

function openAsking() {
  const dialog = document.getElementById("ask-dialog");
  const form = document.getElementById("ask-form");
  const composer = document.getElementById("composer");
  const reply = form.elements.reply;
  if (!reply.value) reply.value = wanted?.text ?? (composer?.elements.kind?.value === "note" ? "" : composer?.elements.text?.value ?? "");
  if (!form.elements.remedy.value) form.elements.remedy.value = composer?.elements.remedy?.value ?? "";
  wanted = null;
  dialog.addEventListener("close", () => dialog.remove(), { once: true });
  dialog.showModal();
}

// What did not pass comes back as the same dialog, with what is wrong.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (requestConfig.elt?.id !== "ask-form" || xhr.status < 400 || !xhr.responseText.includes("ask-dialog")) return;
  event.detail.target = dialogBox();
  event.detail.shouldSwap = true;
  event.detail.isError = false;
});

document.addEventListener("htmx:afterSwap", (event) => {
  const target = event.detail.target;
  if (target === dialogBox() && document.getElementById("ask-form")) openAsking();
  if (target?.id === "approval") showRequest();
  if (target?.id === "requests") told();
});

document.addEventListener("click", (event) => {
  const grant = event.target.closest?.("[data-use-grant]");
  if (grant) {
    const { text, remedy, name } = grant.dataset;
    document.dispatchEvent(new CustomEvent("goldseam:fill", { detail: { text, remedy, name } }));
  }
  const reason = event.target.closest?.("[data-says]");
  if (reason) say(reason.dataset.says);
  const verb = event.target.closest?.("[data-decides]");
  if (verb) document.getElementById("decide-words").required = verb.value === "refuse";
});

function say(text) {
  const field = document.getElementById("decide-words");
  field.value = text;
  field.focus();
}

// The button names the amount that it grants.
document.addEventListener("input", (event) => {
  const form = event.target.closest?.("#decide");
  if (form && event.target.name === "amount") {
    const shown = form.querySelector("[data-shown-amount]");
    const value = Number(event.target.value.replace(",", "."));
    const sign = shown.textContent.match(/^[^\d-]*/)[0];
    shown.textContent = Number.isFinite(value) ? `${sign}${value.toFixed(2)}` : "";
  }
});

function showRequest() {
  const page = document.querySelector(".reqs-page");
  const request = document.querySelector("#approval [data-request]");
  if (!page || !request) return;
  page.dataset.showing = "request";
  for (const row of page.querySelectorAll(".req")) {
    const mine = row.dataset.row === request.dataset.request;
    row.classList.toggle("req-on", mine);
    row.querySelector(".row-link").toggleAttribute("aria-current", mine);
  }
  unfold();
}

// On a wide screen everything is in sight at once.
function unfold() {
  if (!wide.matches) return;
  for (const part of document.querySelectorAll("#approval .side-fold")) part.open = true;
}

function ticks() {
  return [...document.querySelectorAll("#requests input[name=request]")];
}

function told() {
  const form = document.getElementById("batch");
  if (!form) return;
  const count = ticks().filter((tick) => tick.checked).length;
  const words = form.querySelector("[data-ticked]");
  words.textContent = count ? words.dataset.words.replace("{n}", count) : "";
  form.querySelector(".batch-do").hidden = !count;
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-tick-all]")) for (const tick of ticks()) tick.checked = event.target.checked;
  if (event.target.matches("[data-tick-all], #requests input[name=request]")) told();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("#batch button");
  if (button) button.form.elements.words.required = button.value === "refuse";
});

// The keys choose; Enter says the word.
function keys() {
  const registry = window.goldseam?.keys;
  if (!registry) return;
  const at = (selector) => document.querySelector(selector);
  registry.provide("approve", () => at("#decide [data-decides=approve]").focus(), () => Boolean(at("#decide")));
  registry.provide("refuse", () => at("#decide-words").focus(), () => Boolean(at("#decide")));
}

keys();
unfold();
