// The check while somebody types. The text is posted a moment after the last stroke (the newest answer wins, and
// an input method is left alone until it has finished); the answer marks the words behind the field and lists
// what they promise and how they sound.
const PAUSE = 150;
let timer = 0;
let composing = false;
let asking = null;
let checked = null;
let spans = [];
let refusedText = null;
let news = false;
const dismissed = new Map();

const form = () => document.getElementById("composer");
const field = () => form()?.elements.text;
const panel = () => document.getElementById("check");

// Places are counted in characters there and in UTF-16 units here.
function places(text) {
  const starts = [];
  let at = 0;
  for (const sign of text) {
    starts.push(at);
    at += sign.length;
  }
  starts.push(at);
  return (place) => starts[Math.min(place, starts.length - 1)];
}

function later() {
  clearTimeout(timer);
  if (!composing) timer = setTimeout(check, PAUSE);
}

function clear() {
  asking?.abort();
  asking = null;
  checked = null;
  spans = [];
  const at = panel();
  if (at) at.replaceChildren();
  paint();
}

async function check() {
  const it = form();
  const at = panel();
  if (!it || !at) return;
  const text = field().value;
  if (it.elements.kind.value !== "reply" || (!text.trim() && !it.elements.remedy.value)) {
    clear();
    return;
  }
  const asked = JSON.stringify([at.dataset.check, text, it.elements.remedy.value, text === refusedText]);
  if (asked === checked) return;
  asking?.abort();
  const mine = new AbortController();
  asking = mine;
  try {
    const answer = await fetch(at.dataset.check, {
      method: "POST",
      signal: mine.signal,
      headers: { "HX-Request": "true", "X-CSRFToken": it.elements.csrfmiddlewaretoken.value },
      body: new URLSearchParams({ text, remedy: it.elements.remedy.value, refused: text === refusedText ? "1" : "", news: news ? "1" : "" }),
    });
    if (!answer.ok) return;
    const html = await answer.text();
    if (asking !== mine || panel() !== at) return;
    checked = asked;
    news = false;
    show(at, html, text);
    at.querySelector(".check-refused")?.scrollIntoView({ block: "nearest" });
  } catch {
    // Without a connection nothing is checked while typing; the gate checks when it is sent.
  } finally {
    if (asking === mine) asking = null;
  }
}

function show(at, html, text) {
  const reason = at.querySelector("#override-reason");
  const typed = reason?.value ?? "";
  const typing = document.activeElement === reason && reason !== null;
  at.innerHTML = html;
  const gone = dismissed.get(form().dataset.conversation) ?? new Set();
  const hidden = new Set();
  for (const row of at.querySelectorAll("[data-tone]")) {
    if (gone.has(row.dataset.tone)) {
      hidden.add(row.dataset.finding);
      row.remove();
    }
  }
  htmx.process(at);
  const again = at.querySelector("#override-reason");
  if (again) {
    again.value = typed;
    if (typing) again.focus();
  }
  const list = at.querySelector(".findings");
  if (list && !list.children.length) list.remove();
  const place = places(text);
  const marks = JSON.parse(at.querySelector(".check-result").dataset.marks);
  spans = marks
    .filter((mark) => !hidden.has(mark.id))
    .map((mark) => ({ ...mark, start: place(mark.start), end: place(mark.end) }));
  basis = text;
  paint();
}

// The layer behind the field: the same words in the same place, invisible but for what underlines them.
let basis = "";
let layer = null;
const sized = new ResizeObserver(() => fit());
const COPIED = ["fontFamily", "fontSize", "fontWeight", "fontStyle", "letterSpacing", "lineHeight", "textIndent", "tabSize", "paddingTop", "paddingRight", "paddingBottom", "paddingLeft", "borderTopWidth", "borderRightWidth", "borderBottomWidth", "borderLeftWidth", "wordSpacing"];

function mount() {
  const it = field();
  if (!it || (layer && layer.isConnected && layer.nextElementSibling === it)) return;
  layer?.remove();
  sized.disconnect();
  layer = document.createElement("div");
  layer.className = "check-layer";
  layer.setAttribute("aria-hidden", "true");
  it.before(layer);
  it.classList.add("checked-field");
  it.addEventListener("scroll", () => {
    layer.scrollTop = it.scrollTop;
  });
  sized.observe(it);
  fit();
}

function fit() {
  const it = field();
  if (!it || !layer) return;
  const style = getComputedStyle(it);
  for (const name of COPIED) layer.style[name] = style[name];
  layer.style.top = `${it.offsetTop}px`;
  layer.style.left = `${it.offsetLeft}px`;
  // A scroll bar of the field takes room that the layer has to leave free as well.
  layer.style.width = `${it.clientWidth + parseFloat(style.borderLeftWidth) + parseFloat(style.borderRightWidth)}px`;
  layer.style.height = `${it.offsetHeight}px`;
  layer.scrollTop = it.scrollTop;
}

// What was marked stays marked while typing goes on elsewhere; a mark that is written into goes.
function shifted(text) {
  if (text === basis) return spans;
  let head = 0;
  while (head < text.length && head < basis.length && text[head] === basis[head]) head += 1;
  let tail = 0;
  const most = Math.min(text.length, basis.length) - head;
  while (tail < most && text[text.length - 1 - tail] === basis[basis.length - 1 - tail]) tail += 1;
  const grown = text.length - basis.length;
  return spans.flatMap((span) => {
    if (span.end <= head) return [span];
    if (span.start >= basis.length - tail) return [{ ...span, start: span.start + grown, end: span.end + grown }];
    return [];
  });
}

function paint() {
  mount();
  const it = field();
  if (!it || !layer) return;
  const text = it.value;
  spans = shifted(text);
  basis = text;
  const parts = [];
  let at = 0;
  for (const span of spans) {
    parts.push(text.slice(at, span.start));
    const mark = document.createElement("mark");
    mark.className = `mark-${span.sort}`;
    mark.textContent = text.slice(span.start, span.end);
    parts.push(mark);
    at = span.end;
  }
  parts.push(`${text.slice(at)}\n`);
  layer.replaceChildren(...parts);
  fit();
}

function select(pair) {
  const place = places(field().value);
  const [start, end] = pair.split(",").map((value) => place(Number(value)));
  const it = field();
  it.focus();
  it.setSelectionRange(start, end);
  const line = layer?.querySelectorAll("mark");
  const mark = [...(line ?? [])].find((one, index) => spans[index]?.start === start);
  if (mark) it.scrollTop = Math.max(0, mark.offsetTop - it.clientHeight / 2);
  return it.value.slice(start, end);
}

function put(text) {
  const it = field();
  // Only this keeps the browser's own undo; the other way is for browsers without it.
  if (!document.execCommand("insertText", false, text)) {
    it.setRangeText(text, it.selectionStart, it.selectionEnd, "end");
    it.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

document.addEventListener("compositionstart", (event) => {
  if (event.target !== field()) return;
  composing = true;
  clearTimeout(timer);
});
document.addEventListener("compositionend", (event) => {
  if (event.target !== field()) return;
  composing = false;
  later();
});
document.addEventListener("input", (event) => {
  if (!form()?.contains(event.target) || panel()?.contains(event.target)) return;
  if (event.target === field()) paint();
  if (!event.isComposing) later();
});

document.addEventListener("click", (event) => {
  const on = (choice) => event.target.closest?.(choice);
  if (on("[data-unchoose]")) later();
  if (!panel()?.contains(event.target)) return;
  const jump = on("[data-jump]");
  if (jump) select(jump.dataset.jump);
  const replace = on("[data-replace]");
  if (replace) {
    if (select(replace.dataset.replace) === replace.dataset.words) put(replace.dataset.with);
    later();
  }
  const away = on("[data-tone-away]")?.closest("[data-tone]");
  if (away) {
    const number = form().dataset.conversation;
    dismissed.set(number, (dismissed.get(number) ?? new Set()).add(away.dataset.tone));
    spans = spans.filter((span) => span.id !== away.dataset.finding);
    away.remove();
    paint();
    field().focus();
  }
  const override = on("[data-override]");
  if (override && !document.getElementById("override-reason").value.trim()) {
    event.preventDefault();
    document.getElementById("override-reason").focus();
  }
});

// Enter in the reason sends in spite of it; it is not the form's other button.
document.addEventListener("keydown", (event) => {
  if (event.target.id !== "override-reason" || event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  panel().querySelector("[data-override]").click();
});

document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.elt === form() && event.detail.xhr.status < 500) {
    refusedText = field().value;
    check();
  }
});
for (const name of ["goldseam:fill", "goldseam:compose", "goldseam:unchoose"]) {
  document.addEventListener(name, () => {
    queueMicrotask(paint);
    later();
  });
}
document.addEventListener("goldseam:sent", () => {
  queueMicrotask(() => {
    if (field()?.value.trim()) later();
    else clear();
  });
});
document.addEventListener("goldseam:desk", () => {
  clear();
  later();
});
// News of the conversation (an approval, a scan) may change what is allowed.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "thread" && event.target.id !== "approvals-strip") return;
  checked = null;
  news = true;
  later();
});
later();
