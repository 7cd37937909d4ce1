// The keyboard: single letters work wherever nobody is typing. An input method's keys are never taken.
const DESK = { a: "a", s: "s", e: "e", d: "d" };
let going = 0;

function typing(event) {
  const target = event.target;
  if (event.isComposing || event.keyCode === 229) return true;
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input:not([type=radio]):not([type=checkbox]), textarea, select"));
}

function step(by) {
  const rows = [...document.querySelectorAll(".row-link")];
  if (!rows.length) return;
  const at = rows.indexOf(document.activeElement);
  const open = rows.findIndex((row) => row.hasAttribute("aria-current"));
  const from = at >= 0 ? at : open;
  const next = from < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, from + by));
  rows[next].focus();
  rows[next].scrollIntoView({ block: "nearest" });
}

function compose(kind) {
  document.dispatchEvent(new CustomEvent("goldseam:compose", { detail: { kind } }));
}

const ACTIONS = {
  j: () => step(1),
  k: () => step(-1),
  r: () => compose("reply"),
  n: () => compose("note"),
  "/": () => document.getElementById("search-words")?.focus(),
  "?": () => document.getElementById("keys-dialog")?.showModal(),
  g: () => {
    going = Date.now();
  },
};

function go(digit) {
  const views = document.querySelectorAll("#rail a");
  if (views.length) views[Number(digit) - 1]?.click();
  else location.assign("/inbox/");
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.isComposing && event.target.matches?.("textarea, input[type=search]")) {
    event.target.blur();
    return;
  }
  if (typing(event) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (going && Date.now() - going < 1500 && /^[1-9]$/.test(event.key)) {
    going = 0;
    event.preventDefault();
    go(event.key);
    return;
  }
  const action = ACTIONS[event.key];
  const button = DESK[event.key] && document.querySelector(`#desk [aria-keyshortcuts="${DESK[event.key]}"]`);
  if (!action && !button) return;
  event.preventDefault();
  if (action) action();
  else button.click();
});
