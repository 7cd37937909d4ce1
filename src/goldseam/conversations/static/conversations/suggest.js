// What opens while one writes: "/" canned replies and macros, "@" colleagues (in notes), and the signs. The keys
// belong to an input method as long as it composes.
const { area, form, isComposing, keep, post, putIn, setKind, toast } = window.goldseam.composer;

const TRIGGERS = { "/": "replies", "@": "colleagues" };
let open = null; // { sign, start, words }
let asked = 0;

const box = () => document.getElementById("suggestions");
const options = () => [...(box()?.querySelectorAll("[role=option]") ?? [])];

// The word being typed behind a sign at the beginning of a line or after a space (Chinese has none: after any
// sign that is no letter or digit of an address).
function typed() {
  const field = area();
  if (!field || field.selectionStart !== field.selectionEnd) return null;
  const before = field.value.slice(0, field.selectionStart);
  const found = /(^|[^\w/:.@])([/@])([^\s/@]{0,30})$/u.exec(before);
  if (!found) return null;
  const [, , sign, words] = found;
  if (sign === "@" && form().elements.kind.value !== "note") return null;
  return { sign, words, start: before.length - words.length - 1 };
}

function close() {
  open = null;
  asked += 1;
  const place = box();
  if (!place) return;
  place.hidden = true;
  place.replaceChildren();
  area()?.removeAttribute("aria-activedescendant");
}

async function look() {
  const now = typed();
  if (!now) {
    close();
    return;
  }
  open = now;
  asked += 1;
  const mine = asked;
  const address = box().dataset[TRIGGERS[now.sign]];
  const answer = await fetch(`${address}?q=${encodeURIComponent(now.words)}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (mine !== asked || !answer?.ok) return;
  box().innerHTML = await answer.text(); // the site's own fragment: escaped by its template
  box().hidden = false;
  mark(0);
}

function mark(number) {
  const all = options();
  all.forEach((option, index) => option.setAttribute("aria-selected", String(index === number)));
  if (all[number]) {
    area().setAttribute("aria-activedescendant", all[number].id);
    all[number].scrollIntoView({ block: "nearest" });
  } else {
    area().removeAttribute("aria-activedescendant");
  }
}

function marked() {
  return options().findIndex((option) => option.getAttribute("aria-selected") === "true");
}

async function pick(option) {
  const back = area().selectionStart - open.start;
  const { insert, use, ask } = option.dataset;
  close();
  if (insert !== undefined) {
    putIn(insert, back);
  } else if (use) {
    const answer = await post(use);
    if (!answer.ok) {
      toast(await answer.text());
      return;
    }
    setKind("reply");
    putIn((await answer.json()).text, back);
    document.querySelector("[data-next-missing]")?.closest(".missing:not([hidden])")?.querySelector("[data-next-missing]").click();
  } else if (ask) {
    putIn("", back);
    const sheet = document.getElementById("macro-dialog");
    await htmx.ajax("GET", ask, { target: "#macro", swap: "innerHTML" });
    if (document.querySelector("#macro form") && !sheet.open) sheet.showModal();
  }
}

document.addEventListener("input", (event) => {
  if (event.target === area() && !event.isComposing) look();
});
document.addEventListener("compositionend", (event) => {
  if (event.target === area()) look();
});
document.addEventListener("keydown", (event) => {
  if (event.target !== area() || !open || box().hidden || isComposing(event)) return;
  const all = options();
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopImmediatePropagation();
    close();
  } else if (all.length && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    mark((marked() + (event.key === "ArrowDown" ? 1 : all.length - 1)) % all.length);
  } else if (all.length && (event.key === "Enter" || event.key === "Tab") && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    pick(all[Math.max(0, marked())]);
  }
}, true);
document.addEventListener("pointerdown", (event) => {
  const option = event.target.closest?.("#suggestions [role=option]");
  if (option && open) {
    event.preventDefault(); // the cursor stays where it is
    pick(option);
  } else if (open && !event.target.closest?.("#suggestions")) {
    close();
  }
});
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-suggest]");
  if (!button) return;
  const field = area();
  field.focus();
  const before = field.value.slice(0, field.selectionStart);
  putIn(before && !/\s$/.test(before) ? `\n${button.dataset.suggest}` : button.dataset.suggest);
});
document.addEventListener("goldseam:desk", close);

// The signs: a grid that the arrows walk.
const signs = () => [...document.querySelectorAll("#emoji .emoji-sign")].filter((sign) => !sign.hidden);
let recent = null;

function toggleSigns(show) {
  const panel = document.getElementById("emoji");
  panel.hidden = !show;
  document.querySelector("[data-emoji]").setAttribute("aria-expanded", String(show));
  if (show) {
    htmx.trigger(panel, "open");
    focusSearch();
  } else {
    area().focus();
  }
}

function focusSearch() {
  document.getElementById("emoji-search")?.focus();
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "emoji") focusSearch();
});
document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("[data-emoji]")) {
    toggleSigns(document.getElementById("emoji").hidden);
  } else if (target?.closest(".emoji-sign")) {
    recent = target.closest(".emoji-sign");
    toggleSigns(false);
    putIn(recent.dataset.sign);
    keep();
  }
});
document.addEventListener("input", (event) => {
  if (event.target.id !== "emoji-search") return;
  const words = event.target.value.trim().toLowerCase();
  for (const sign of document.querySelectorAll(".emoji-sign")) sign.hidden = words !== "" && !sign.dataset.words.toLowerCase().includes(words);
  for (const group of document.querySelectorAll(".emoji-group")) group.hidden = !group.querySelector(".emoji-sign:not([hidden])");
});
document.addEventListener("keydown", (event) => {
  const panel = document.getElementById("emoji");
  if (!panel || panel.hidden || !panel.contains(event.target) || isComposing(event)) return;
  const all = signs();
  const at = all.indexOf(document.activeElement);
  const width = Math.max(1, Math.floor(panel.clientWidth / 42));
  const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: at < 0 ? 1 : width, ArrowUp: -width };
  if (event.key === "Escape") {
    event.preventDefault();
    event.stopImmediatePropagation();
    toggleSigns(false);
  } else if (event.key === "Enter") {
    event.preventDefault();
    (all[Math.max(0, at)])?.click();
  } else if (event.key in steps && (at >= 0 || event.key === "ArrowDown")) {
    event.preventDefault();
    const next = at + steps[event.key];
    if (next < 0) focusSearch();
    else all[Math.min(all.length - 1, next)]?.focus();
  }
}, true);
