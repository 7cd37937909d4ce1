// One stream of names per browser: whatever declares `data-live="conversation-42 alert-*"` is fetched again
// when one of its names comes. The stream carries no content, so every fragment passes its own gate.
const SILENCE = 60_000;
const PAUSE = 150;
const channel = "BroadcastChannel" in window ? new BroadcastChannel("goldseam-live") : null;
let source = null;
let heard = 0;
let retry = 1000;
let leading = false;
let lostTimer = 0;
let state = "connecting";
let since = document.body.dataset.made; // up to when this page knows everything, by the server's clock
const told = new Map(); // the leading tab's last names and when each came here
const MOST_TOLD = 500;

function show(next) {
  state = next;
  const sign = document.getElementById("connection");
  if (!sign || sign.dataset.state === next) return;
  sign.dataset.state = next;
  sign.querySelector(".connection-text").textContent = sign.dataset[next];
  sign.title = sign.dataset[next];
  const calm = document.getElementById("offline");
  if (calm) calm.hidden = next !== "lost";
}

function tell(next) {
  clearTimeout(lostTimer);
  lostTimer = 0;
  show(next);
  channel?.postMessage({ event: "state", data: next });
}

function pass(event, { data, lastEventId: id }) {
  heard = Date.now();
  if (event === "change") remember(data);
  handle(event, data, id);
  channel?.postMessage({ event, data, id });
}

function remember(name) {
  told.delete(name);
  told.set(name, heard);
  if (told.size > MOST_TOLD) told.delete(told.keys().next().value);
}

// A tab that has just come hears what was told between its page and now.
function welcome(opened) {
  channel.postMessage({ event: "state", data: state });
  for (const [data, came] of told) if (came >= opened) channel.postMessage({ event: "change", data });
}

function open() {
  source?.close();
  heard = Date.now();
  source = new EventSource(`/live/?since=${since}`);
  source.addEventListener("ready", () => {
    retry = 1000;
    tell("open");
  });
  for (const name of ["change", "resync", "end"]) source.addEventListener(name, (message) => pass(name, message));
  source.addEventListener("beat", (message) => {
    heard = Date.now();
    since = message.lastEventId;
  });
  source.addEventListener("error", () => {
    if (!lostTimer && state !== "lost") lostTimer = setTimeout(() => tell("lost"), 1500);
    if (source.readyState === EventSource.CLOSED) setTimeout(open, retry);
    retry = Math.min(retry * 1.7, 15_000);
  });
}

setInterval(() => {
  if (leading && Date.now() - heard > SILENCE) {
    tell("lost");
    open();
  }
}, 5000);

addEventListener("online", () => leading && open());
addEventListener("offline", () => leading && tell("lost"));
addEventListener("pagehide", () => source?.close());
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

function handle(event, data, id) {
  since = id || since;
  if (event === "change") refresh((names) => names.some((name) => matches(name, data)));
  else if (event === "resync") refresh(() => true);
  else if (event === "state") show(data);
  else if (event === "hello" && leading) welcome(data);
  else if (event === "end") location.reload();
}

function matches(pattern, name) {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}

function refresh(wanted) {
  for (const element of document.querySelectorAll("[data-live]")) {
    if (wanted(element.dataset.live.split(/\s+/))) schedule(element);
  }
}

const timers = new WeakMap();

// At most one fetch per pause and element; the first goes at once.
function schedule(element) {
  const now = Date.now();
  const pause = Number(element.dataset.livePause ?? PAUSE);
  const entry = timers.get(element) ?? { at: 0, timer: 0 };
  timers.set(element, entry);
  if (entry.timer) return;
  entry.timer = setTimeout(() => {
    entry.timer = 0;
    entry.at = Date.now();
    fetchAgain(element);
  }, Math.max(0, entry.at + pause - now));
}

function busy(element) {
  const active = document.activeElement;
  return element.contains(active) && active.matches("input:not([data-pick]), select, textarea");
}

function fetchAgain(element) {
  if (!element.isConnected) return;
  if (busy(element)) {
    element.addEventListener("focusout", () => schedule(element), { once: true });
    return;
  }
  htmx.trigger(element, "live");
}

// What a person has unfolded, focused or scrolled to stays so when a fragment is replaced.
const kept = new WeakMap();
const shown = new WeakMap();

function handleOf(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  for (const name of ["href", "data-use-remedy", "data-opens", "value", "hx-post"]) {
    const value = element.getAttribute(name);
    if (value) return `${element.localName}[${name}="${CSS.escape(value)}"]`;
  }
  return element.localName === "summary" ? "summary" : null;
}

// What was read earlier never replaces what came later: a filter set while a part is being renewed holds.
const asked = new WeakMap();
const came = new WeakMap();
let asking = 0;

document.addEventListener("htmx:beforeRequest", (event) => {
  asked.set(event.detail.requestConfig, ++asking);
});

function late({ requestConfig, target, shouldSwap }) {
  const number = asked.get(requestConfig) ?? 0;
  if (requestConfig.verb === "get" && number < (came.get(target) ?? 0)) return true;
  if (shouldSwap) came.set(target, number);
  return false;
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const element = event.detail.target;
  if (element?.dataset?.live === undefined) return;
  if (late(event.detail)) {
    event.detail.shouldSwap = false;
    return;
  }
  if (event.detail.requestConfig.elt === element && shown.get(element) === event.detail.serverResponse) {
    event.detail.shouldSwap = false;
    return;
  }
  shown.set(element, event.detail.serverResponse);
  const active = document.activeElement;
  kept.set(element, {
    top: element.scrollTop,
    anchor: anchorOf(element),
    bottom: element.scrollHeight - element.scrollTop - element.clientHeight < 60,
    open: new Map([...element.querySelectorAll("details")].map((d, i) => [foldName(d, i), d.open])),
    focus: element.contains(active) && active !== element ? handleOf(active) : null,
  });
});

document.addEventListener("htmx:afterSwap", (event) => {
  const element = event.detail.target;
  const before = element && kept.get(element);
  if (!before) return;
  kept.delete(element);
  [...element.querySelectorAll("details")].forEach((details, index) => {
    const was = before.open.get(foldName(details, index));
    if (was !== undefined) details.open = was;
  });
  if (before.focus) element.querySelector(before.focus)?.focus({ preventScroll: true });
  if (before.bottom && element.id === "thread") element.scrollTop = element.scrollHeight;
  else hold(element, before);
});

// A window gives the focus back to what had it, also when that was fetched anew while the window was open.
const outside = new WeakMap();
document.addEventListener("beforetoggle", ({ target, newState }) => {
  if (target.localName !== "dialog" || newState !== "open") return;
  const active = document.activeElement;
  const handle = active === document.body ? null : handleOf(active);
  const home = active.parentElement?.closest("[id]");
  outside.set(target, handle && home ? `#${CSS.escape(home.id)} ${handle}` : handle);
}, true);
document.addEventListener("close", ({ target }) => {
  const active = document.activeElement;
  const lost = active === document.body || target.contains(active);
  const before = outside.get(target);
  if (lost && before) document.querySelector(before)?.focus({ preventScroll: true });
}, true);

// The first thing in sight that has an id: it stays where it is, whatever is added above or below.
function anchorOf(element) {
  const edge = element.getBoundingClientRect().top;
  for (const child of element.querySelectorAll("article[id], [data-row]")) {
    const box = child.getBoundingClientRect();
    if (box.bottom > edge) {
      return { find: child.id ? `#${child.id}` : `[data-row="${child.dataset.row}"]`, from: box.bottom - edge };
    }
  }
  return null;
}

function hold(element, before) {
  element.scrollTop = before.top;
  const anchor = before.top > 0 || before.anchor?.find.startsWith("#") ? before.anchor : null;
  const child = anchor && element.querySelector(anchor.find);
  if (!child) return;
  const now = child.getBoundingClientRect().bottom - element.getBoundingClientRect().top;
  element.scrollTop += now - anchor.from;
}

function foldName(details, index) {
  return details.dataset.fold ?? `${details.className} ${index}`;
}

// The title counts what must not wait.
const title = document.title;
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id === "alerts") badge();
});
document.addEventListener("goldseam:title", () => badge());

function badge() {
  const desk = document.querySelector(".desk");
  const count = document.querySelectorAll("#alerts [data-alert]").length;
  const base = desk ? `${desk.dataset.title} · Goldseam` : title;
  document.title = count ? `(${count}) ${base}` : base;
}

channel?.addEventListener("message", ({ data: { event, data, id } }) => handle(event, data, id));

function lead() {
  leading = true;
  open();
  return new Promise(() => {}); // the lock is held until this tab goes away; then the next one leads
}

if (channel && navigator.locks) {
  channel.postMessage({ event: "hello", data: performance.timeOrigin });
  navigator.locks.request("goldseam-live", lead);
} else {
  lead();
}
