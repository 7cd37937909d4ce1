// The command palette: everything that can be done here, every place, and what the shop's search finds.
const { frame, keys } = globalThis.goldseam;
const dialog = document.getElementById("palette");
const field = document.getElementById("palette-words");
const list = document.getElementById("palette-list");
const status = document.getElementById("palette-count");
const STORE = `goldseam:recent:${frame.person}`;
const MOST = 8;
const PAUSE = 130;
let timer = 0;
let asked = null;
let found = "";
let current = -1;

// How well `words` fit a text: the earlier and the closer together, the better; 0 when they do not.
function fit(text, words) {
  const from = text.toLowerCase();
  const whole = from.indexOf(words);
  if (whole >= 0) return 1000 - whole - from.length / 100 + (whole === 0 || /[\s,、·]/.test(from[whole - 1]) ? 200 : 0);
  let at = -1;
  let gaps = 0;
  for (const sign of words.replace(/\s+/g, "")) {
    const next = from.indexOf(sign, at + 1);
    if (next < 0) return 0;
    gaps += at < 0 ? next : next - at - 1;
    at = next;
  }
  return Math.max(1, 400 - 8 * gaps);
}

function best(entry, words) {
  return Math.max(...[entry.label, ...(entry.also ?? [])].map((text, index) => fit(text, words) - index));
}

function recents() {
  try {
    return JSON.parse(localStorage.getItem(STORE)) ?? [];
  } catch {
    return [];
  }
}

function remember(entry) {
  const kept = [entry, ...recents().filter((other) => other.href !== entry.href)].slice(0, MOST);
  try {
    localStorage.setItem(STORE, JSON.stringify(kept));
  } catch {
    // Without storage there is nothing recent.
  }
}

// What can be done with what is open stands before what can be done everywhere.
const NEAREST = ["conversation", "writing", "list", "anywhere"];

function localEntries() {
  const doing = [...keys.actions.values()]
    .filter((action) => !action.id.startsWith("go-") && !action.fixed && action.id !== "palette" && keys.possible(action.id))
    .sort((one, other) => NEAREST.indexOf(one.context) - NEAREST.indexOf(other.context))
    .map((action) => ({ ...action, group: frame.words.actions, icon: "command", run: () => keys.run(action.id) }));
  const going = frame.places.map((place) => ({ ...place, group: frame.words.places }));
  return [...doing, ...going];
}

function iconOf(name) {
  const svg = document.getElementById("palette-option").content.querySelector("svg").cloneNode(true);
  const use = svg.querySelector("use");
  use.setAttribute("href", `${use.getAttribute("href").split("#")[0]}#${name}`);
  return svg;
}

function option(entry) {
  const row = document.createElement("div");
  row.setAttribute("role", "option");
  row.className = "hit";
  const name = document.createElement("span");
  name.className = "hit-name";
  name.textContent = entry.label;
  row.append(iconOf(entry.icon), name);
  if (entry.key) row.append(keys.drawn(entry.key));
  if (entry.href) row.dataset.href = entry.href;
  row.entry = entry;
  return row;
}

function block(name, entries) {
  if (!entries.length) return;
  const box = document.createElement("div");
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", name);
  const head = document.createElement("p");
  head.className = "hit-group";
  head.setAttribute("aria-hidden", "true");
  head.textContent = name;
  box.append(head, ...entries.map(option));
  list.append(box);
}

function draw() {
  const words = field.value.trim().toLowerCase();
  list.replaceChildren();
  const entries = localEntries();
  if (!words) {
    block(frame.words.recent, recents().map((entry) => ({ ...entry, icon: entry.icon ?? "history" })));
    block(frame.words.actions, entries.filter((entry) => entry.run));
    block(frame.words.places, entries.filter((entry) => !entry.run));
  } else {
    const ranked = entries.map((entry) => ({ entry, score: best(entry, words) })).filter(({ score }) => score > 0).sort((one, other) => other.score - one.score).slice(0, 8).map(({ entry }) => entry);
    block(frame.words.actions, ranked.filter((entry) => entry.run));
    block(frame.words.places, ranked.filter((entry) => !entry.run));
    list.insertAdjacentHTML("beforeend", found);
  }
  const rows = options();
  rows.forEach((row, index) => {
    row.id = `hit-${index}`;
  });
  point(rows.length ? 0 : -1);
  const nothing = !rows.length && words && !asked;
  document.getElementById("palette-nothing").hidden = !nothing;
  status.textContent = asked ? "" : frame.words.count.replace("{n}", rows.length);
}

function options() {
  return [...list.querySelectorAll("[role=option]")];
}

function point(index) {
  const rows = options();
  current = rows.length ? (index + rows.length) % rows.length : -1;
  rows.forEach((row, at) => row.setAttribute("aria-selected", String(at === current)));
  if (current < 0) field.removeAttribute("aria-activedescendant");
  else {
    field.setAttribute("aria-activedescendant", rows[current].id);
    rows[current].scrollIntoView({ block: "nearest" });
  }
}

function choose(row, apart) {
  if (!row) return;
  const { href } = row.dataset;
  const label = row.querySelector(".hit-name").textContent;
  const icon = row.querySelector("use")?.getAttribute("href").split("#")[1];
  dialog.close();
  if (row.entry?.run) {
    row.entry.run();
    return;
  }
  if (!href) return;
  remember({ href, label, icon });
  if (apart) open(href, "_blank", "noopener");
  else if (row.entry?.id) keys.run(`go-${row.entry.id}`);
  else location.assign(href);
}

// The server's answer is a fragment of options, passed through the same gates as any page.
async function ask() {
  const words = field.value.trim();
  asked?.abort();
  asked = null;
  if (!words) return;
  const call = new AbortController();
  asked = call;
  try {
    const answer = await fetch(`${dialog.dataset.search}?q=${encodeURIComponent(words)}`, { signal: call.signal, headers: { "HX-Request": "true" } });
    const text = answer.ok ? await answer.text() : "";
    if (asked !== call) return;
    asked = null;
    found = text;
    const kept = current;
    draw();
    if (kept > 0) point(kept);
  } catch (error) {
    if (error.name === "AbortError") return;
    asked = null;
    found = "";
    draw();
  }
}

function show() {
  field.value = "";
  found = "";
  asked?.abort();
  asked = null;
  draw();
  dialog.showModal();
  field.focus();
}

field.addEventListener("input", (event) => {
  if (event.isComposing) return; // letters on their way to becoming characters search for nothing
  search();
});
field.addEventListener("compositionend", () => search());

function search() {
  clearTimeout(timer);
  found = "";
  draw();
  timer = setTimeout(ask, PAUSE);
}

field.addEventListener("keydown", (event) => {
  if (keys.ofInputMethod(event)) {
    event.stopPropagation();
    return;
  }
  const moves = { ArrowDown: current + 1, ArrowUp: current - 1, PageDown: Math.min(current + 8, options().length - 1), PageUp: Math.max(current - 8, 0) };
  if (event.key in moves) {
    event.preventDefault();
    point(moves[event.key]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    choose(options()[current], event.ctrlKey || event.metaKey);
  } else if (keys.written(event) === keys.actions.get("palette").key) {
    event.preventDefault();
    dialog.close();
  }
});

// An input method's Escape ends the composition; the window stays.
dialog.addEventListener("cancel", (event) => {
  if (field.dataset.composing) event.preventDefault();
});
field.addEventListener("compositionstart", () => { field.dataset.composing = "1"; });
field.addEventListener("compositionend", () => setTimeout(() => delete field.dataset.composing));

list.addEventListener("mousemove", (event) => {
  const row = event.target.closest("[role=option]");
  const at = options().indexOf(row);
  if (row && at !== current) point(at);
});
list.addEventListener("mousedown", (event) => event.preventDefault());
list.addEventListener("click", (event) => choose(event.target.closest("[role=option]"), event.ctrlKey || event.metaKey));

// Whoever signs out leaves no names behind on a shared machine.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-signs-out]")) return;
  for (const name of Object.keys(localStorage)) {
    if (name.startsWith("goldseam:recent:")) localStorage.removeItem(name);
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest?.("[data-palette]")) show();
});
keys.provide("palette", show);
