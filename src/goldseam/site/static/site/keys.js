// One registry of everything that can be done by key. The rooms name their actions in `frame.py`; here a page
// says how each one is done:
//   - an element with `data-action="assign"` is pressed, if it is in sight;
//   - or a module registers a way: goldseam.keys.provide("reply", () => …, () => isPossible).
// A module may also bring an action of its own: goldseam.keys.register({ id, label, key, context, run, when }).
// Keys belong to whoever types: nothing is taken from a field or from an input method.
const frame = JSON.parse(document.getElementById("frame").textContent);
const actions = new Map(frame.actions.map((action) => [action.id, action]));
const ways = new Map();
const MAC = /Mac|iPhone|iPad/.test(navigator.platform);
const PATIENCE = 1500;
const NAMES = { " ": "Space", ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc" };
const MODIFIERS = new Set(["Control", "Shift", "Alt", "Meta", "AltGraph", "CapsLock", "Dead", "Process", "Unidentified"]);
let composing = false;
let prefix = "";
let prefixTimer = 0;

function provide(id, run, when = () => true) {
  ways.set(id, { run, when });
}

function register({ run, when, ...action }) {
  actions.set(action.id, { key: "", context: "anywhere", fixed: false, ...action });
  provide(action.id, run, when);
}

function button(id) {
  for (const element of document.querySelectorAll(`[data-action~="${CSS.escape(id)}"]`)) {
    if (!element.disabled && element.checkVisibility()) return element;
  }
  return null;
}

function possible(id) {
  return Boolean(button(id) || ways.get(id)?.when());
}

function run(id) {
  const way = ways.get(id);
  if (way?.when()) way.run();
  else button(id)?.click();
}

// "mod+k", "shift+a", "?": how a pressed key is written; "" for what is no key of its own.
function written(event) {
  if (MODIFIERS.has(event.key)) return "";
  const letter = /^\p{L}$/u.test(event.key);
  const parts = [];
  if (MAC ? event.metaKey : event.ctrlKey) parts.push("mod");
  if (MAC ? event.ctrlKey : event.metaKey) parts.push(MAC ? "ctrl" : "meta");
  if (event.altKey) parts.push("alt");
  if (event.shiftKey && (letter || event.key.length > 1)) parts.push("shift");
  parts.push(event.key === " " ? "Space" : letter ? event.key.toLowerCase() : event.key);
  return parts.join("+");
}

function caps(key) {
  return key.split(" ").filter(Boolean).map((stroke) => stroke.split(/\+(?=.)/).map((part) => {
    if (part === "mod") return MAC ? "⌘" : "Ctrl";
    const word = NAMES[part] ?? part;
    return word.length > 1 ? word[0].toUpperCase() + word.slice(1) : word;
  }));
}

// The key as <kbd> elements.
function drawn(key) {
  const box = document.createElement("span");
  box.className = "caps";
  for (const stroke of caps(key)) {
    for (const part of stroke) {
      const cap = document.createElement("kbd");
      cap.textContent = part;
      box.append(cap);
    }
  }
  return box;
}

// The focus stays in the field of a window that was just closed until the page is drawn again: nobody types there.
function typing(event) {
  const target = event.target;
  if (target.closest?.("dialog:not([open])")) return false;
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input:not([type=radio], [type=checkbox], [type=button], [type=submit]), textarea, select"));
}

function ofInputMethod(event) {
  return composing || event.isComposing || event.keyCode === 229 || event.key === "Process";
}

addEventListener("compositionstart", () => { composing = true; }, true);
addEventListener("compositionend", () => { composing = false; }, true);
addEventListener("blur", () => { composing = false; });

function forget() {
  clearTimeout(prefixTimer);
  prefix = "";
  document.documentElement.removeAttribute("data-prefix");
}

function begin(key) {
  prefix = `${key} `;
  document.documentElement.dataset.prefix = key;
  prefixTimer = setTimeout(forget, PATIENCE);
}

function find(key) {
  for (const action of actions.values()) {
    if (!action.fixed && action.key === key && possible(action.id)) return action;
  }
  return null;
}

function isPrefix(key) {
  return [...actions.values()].some((action) => action.key.startsWith(`${key} `));
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.repeat && prefix) return;
  if (ofInputMethod(event)) return;
  if (event.key === "Escape" && event.target.matches?.("textarea, input[type=search]") && !event.target.closest("dialog")) {
    event.target.blur();
    return;
  }
  const key = written(event);
  if (!key) return;
  const commanding = /^(mod|alt|ctrl|meta)\+/.test(key) && key !== "mod+Enter";
  if (typing(event) && !commanding) return;
  if (document.querySelector("dialog[open]")) return;
  const whole = prefix + key;
  const action = find(whole);
  const waiting = !prefix && isPrefix(key);
  const within = prefix;
  forget();
  if (!action && !waiting && !within) return;
  event.preventDefault();
  if (action) run(action.id);
  else if (waiting) begin(key);
});

// What a screen reader says about a button follows the person's own keys.
function label() {
  for (const element of document.querySelectorAll("[data-action]")) {
    const key = actions.get(element.dataset.action.split(" ")[0])?.key ?? "";
    const spoken = key.split(" ").map((stroke) => stroke.replace("mod", MAC ? "Meta" : "Control")).join(" ");
    if (!spoken) element.removeAttribute("aria-keyshortcuts");
    else if (element.getAttribute("aria-keyshortcuts") !== spoken) element.setAttribute("aria-keyshortcuts", spoken);
  }
}

document.addEventListener("htmx:afterSettle", label);

function listKeys() {
  const list = document.getElementById("keys-list");
  list.replaceChildren();
  for (const [context, name] of Object.entries(frame.contexts)) {
    const rows = [...actions.values()].filter((action) => action.context === context && action.key);
    if (!rows.length) continue;
    const head = document.createElement("h3");
    head.textContent = name;
    const block = document.createElement("dl");
    block.className = "keys";
    for (const action of rows) {
      const row = document.createElement("div");
      const term = document.createElement("dt");
      term.append(drawn(action.key));
      const meaning = document.createElement("dd");
      meaning.textContent = action.label;
      row.append(term, meaning);
      block.append(row);
    }
    list.append(head, block);
  }
}

function help() {
  listKeys();
  document.getElementById("keys-dialog").showModal();
}

function step(by) {
  const rows = [...document.querySelectorAll(".row-link")];
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

const has = (selector) => () => Boolean(document.querySelector(selector));

provide("help", help);
provide("next", () => step(1), has(".row-link"));
provide("previous", () => step(-1), has(".row-link"));
provide("reply", () => compose("reply"), has("#composer"));
provide("note", () => compose("note"), has("#composer"));
provide("print", () => {
  const number = document.querySelector(".desk")?.dataset.conversation;
  if (number) open(`/print/${number}/`, "_blank", "noopener");
  else print();
});
provide("presence", () => {
  const menu = document.getElementById("presence");
  menu.open = true;
  menu.querySelector("button").focus();
}, has("#presence"));
provide("search", () => document.querySelector("#search-words, main input[type=search]").focus(), has("#search-words, main input[type=search]"));
for (const place of frame.places) {
  provide(`go-${place.id}`, () => {
    const link = document.querySelector(`#rail a[href$="${CSS.escape(place.href)}"]`);
    if (link) link.click();
    else location.assign(place.href);
  });
}

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-help]")) help();
});

globalThis.goldseam = { ...globalThis.goldseam, frame, keys: { provide, register, possible, run, drawn, written, ofInputMethod, actions } };
label();
