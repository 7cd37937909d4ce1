// Panes are resized by pointer or keyboard, folded by Enter or a double click, and remembered in this browser.
const KEY = "goldseam:panes";
const STEP = 16;
const root = document.documentElement;

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    return {};
  }
}

function keep(name, pane) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...read(), [name]: pane }));
  } catch {
    // The widths then last for this page.
  }
}

const paneOf = (seam) => document.getElementById(seam.getAttribute("aria-controls"));
const isFolded = (name) => root.dataset[name] === "folded";

function limits(seam) {
  return [Number(seam.dataset.least), Math.min(Number(seam.dataset.most), Math.round(innerWidth * 0.6))];
}

function show(seam) {
  const [least, most] = limits(seam);
  const folded = isFolded(seam.dataset.seam);
  const width = folded ? 0 : Math.round(paneOf(seam)?.getBoundingClientRect().width ?? 0);
  seam.setAttribute("aria-valuemin", folded ? "0" : String(least));
  seam.setAttribute("aria-valuemax", String(Math.max(most, width)));
  seam.setAttribute("aria-valuenow", String(width));
  seam.setAttribute("aria-valuetext", `${width} px`);
}

function showAll() {
  for (const seam of document.querySelectorAll("[data-seam]")) show(seam);
}

function resize(seam, width) {
  const [least, most] = limits(seam);
  const name = seam.dataset.seam;
  const next = Math.round(Math.min(most, Math.max(least, width)));
  delete root.dataset[name];
  root.style.setProperty(`--${name}`, `${next}px`);
  keep(name, { width: next, folded: false });
  showAll();
}

function fold(seam) {
  const name = seam.dataset.seam;
  const folded = !isFolded(name);
  if (folded) root.dataset[name] = "folded";
  else delete root.dataset[name];
  keep(name, { ...read()[name], folded });
  showAll();
}

function usual(seam) {
  const name = seam.dataset.seam;
  root.style.removeProperty(`--${name}`);
  delete root.dataset[name];
  keep(name, { folded: false });
  showAll();
}

// A side pane grows to the left: its seam stands on its left edge.
const towards = (seam) => (seam.dataset.seam === "side" ? -1 : 1);

document.addEventListener("pointerdown", (event) => {
  const seam = event.target.closest?.("[data-seam]");
  if (!seam || event.button !== 0) return;
  if (isFolded(seam.dataset.seam)) {
    fold(seam);
    return;
  }
  event.preventDefault(); // no text is marked while it moves
  seam.focus();
  const from = event.clientX;
  const width = paneOf(seam).getBoundingClientRect().width;
  seam.setPointerCapture(event.pointerId);
  seam.classList.add("drawn");
  const move = (moved) => resize(seam, width + towards(seam) * (moved.clientX - from));
  const end = (ended) => {
    if (ended.type === "pointerup" && ended.clientX !== from) move(ended);
    seam.classList.remove("drawn");
    seam.removeEventListener("pointermove", move);
  };
  seam.addEventListener("pointermove", move);
  seam.addEventListener("pointerup", end, { once: true });
  seam.addEventListener("pointercancel", end, { once: true });
});

document.addEventListener("dblclick", (event) => {
  const seam = event.target.closest?.("[data-seam]");
  if (seam) usual(seam);
});

document.addEventListener("keydown", (event) => {
  const seam = event.target.closest?.("[data-seam]");
  if (!seam || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  const width = paneOf(seam).getBoundingClientRect().width;
  const [least, most] = limits(seam);
  const step = event.shiftKey ? STEP * 4 : STEP;
  const does = {
    ArrowLeft: () => resize(seam, width - towards(seam) * step),
    ArrowRight: () => resize(seam, width + towards(seam) * step),
    Home: () => resize(seam, least),
    End: () => resize(seam, most),
    Enter: () => fold(seam),
    Escape: () => usual(seam),
  }[event.key];
  if (!does) return;
  event.preventDefault();
  does();
});

// The views, folded: a menu over the list.
const switcher = document.getElementById("rail-open");
const rail = document.getElementById("rail");

function asMenu() {
  return isFolded("rail") || innerWidth <= 1180;
}

function toggle(open) {
  rail.classList.toggle("shown", open);
  switcher.setAttribute("aria-expanded", String(open));
  if (open) (rail.querySelector("[aria-current]") ?? rail.querySelector("a"))?.focus();
}

switcher?.addEventListener("click", () => {
  if (innerWidth > 1180 && isFolded("rail") && rail.classList.contains("shown")) toggle(false);
  else if (asMenu()) toggle(!rail.classList.contains("shown"));
  else fold(document.querySelector("[data-seam=rail]"));
});

document.addEventListener("click", (event) => {
  if (rail?.classList.contains("shown") && !rail.contains(event.target) && !switcher.contains(event.target)) toggle(false);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !rail?.classList.contains("shown")) return;
  toggle(false);
  switcher.focus();
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id === "desk") showAll();
});
addEventListener("resize", showAll);
showAll();
