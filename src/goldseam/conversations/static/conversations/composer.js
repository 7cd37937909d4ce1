// Writing: the draft of each conversation is kept in this browser until it is sent, with the key that makes a
// repeated send the same message, and with the last message its writer had before them when they began.
// The modules beside it reach it as goldseam.composer.
const PREFIX = "goldseam:draft:";
const VARIABLE = /\{\{\s*([A-Za-z_.]+)\s*(?:\|[^{}]*)?\}\}/g;
let composing = false;
let sending = null;
let staying = false; // whoever sent and went elsewhere is not called back when the answer comes

const form = () => document.getElementById("composer");
const area = () => form()?.elements.text;

function freshKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function read(number) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + number));
  } catch {
    return null;
  }
}

function forget(number) {
  try {
    localStorage.removeItem(PREFIX + number);
  } catch {
    // Nothing was kept, then.
  }
}

function newest() {
  return document.getElementById("newest")?.dataset.message ?? "";
}

function keep() {
  const it = form();
  if (!it) return;
  const { text, kind, remedy, key, seen } = it.elements;
  if (!text.value.trim()) seen.value = "";
  else if (!seen.value) seen.value = newest();
  const draft = { text: text.value, kind: kind.value, remedy: remedy.value, name: it.querySelector(".chosen-name").textContent, key: key.value, seen: seen.value };
  try {
    if (draft.text.trim()) localStorage.setItem(PREFIX + it.dataset.conversation, JSON.stringify(draft));
    else localStorage.removeItem(PREFIX + it.dataset.conversation);
  } catch {
    // Without storage the text lives as long as the page.
  }
  showMissing();
}

function setKind(kind) {
  const it = form();
  it.elements.kind.value = kind;
  it.dataset.kind = kind;
  it.elements.text.placeholder = it.elements.text.dataset[kind];
}

function choose(code, name) {
  const it = form();
  it.elements.remedy.value = code;
  it.querySelector(".chosen-name").textContent = name;
  it.querySelector(".chosen").hidden = !code;
}

// Variables that nobody filled in: shown, and in the way of sending.
function missing() {
  const it = form();
  if (!it || it.elements.kind.value !== "reply") return [];
  return [...new Set([...it.elements.text.value.matchAll(VARIABLE)].map((found) => found[0]))];
}

function showMissing() {
  const names = missing();
  const bar = form().querySelector(".missing");
  bar.hidden = !names.length;
  bar.querySelector(".missing-names").textContent = names.join(" ");
}

function selectMissing() {
  const field = area();
  const found = [...field.value.matchAll(VARIABLE)];
  if (!found.length) return;
  const next = found.find((one) => one.index >= field.selectionEnd) ?? found[0];
  field.focus();
  field.setSelectionRange(next.index, next.index + next[0].length);
}

function restore() {
  const it = form();
  if (!it) return;
  const draft = read(it.dataset.conversation);
  if (!draft) return;
  it.elements.text.value = draft.text;
  it.elements.key.value = draft.key;
  it.elements.seen.value = draft.seen ?? "";
  setKind(draft.kind === "note" ? "note" : "reply");
  choose(draft.remedy ?? "", draft.name ?? "");
  showMissing();
}

function focusEnd() {
  const field = area();
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
  field.scrollTop = field.scrollHeight;
}

// Put words in where the cursor stands (in place of the last `back` signs before it), so that undo undoes it.
function putIn(text, back = 0) {
  const field = area();
  field.focus();
  const end = field.selectionEnd;
  field.setSelectionRange(Math.max(0, field.selectionStart - back), end);
  field.setRangeText(text, field.selectionStart, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function toast(text, level = "error") {
  document.dispatchEvent(new CustomEvent("goldseam:toast", { detail: { level, text } }));
}

function post(address, fields = {}) {
  const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
  return fetch(address, { method: "POST", body: new URLSearchParams(fields), headers: { "X-CSRFToken": token, "HX-Request": "true" } });
}

const isComposing = (event) => composing || event.isComposing || event.keyCode === 229;

document.addEventListener("compositionstart", () => {
  composing = true;
});
document.addEventListener("compositionend", () => {
  composing = false;
});

document.addEventListener("input", (event) => {
  if (form()?.contains(event.target) && event.target.closest("#emoji") === null) {
    if (event.target.name === "kind") {
      setKind(event.target.value);
      focusEnd();
    }
    keep();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && event.target === area() && !isComposing(event)) staying = false;
  if (event.target !== area() || !(event.ctrlKey || event.metaKey) || isComposing(event)) return;
  if (event.key === "Enter") {
    event.preventDefault();
    if (event.shiftKey) form().querySelector(".send-close")?.click();
    else if (!form().querySelector(".send").disabled) form().requestSubmit();
  } else if (event.key.toLowerCase() === "z" && !event.shiftKey && !area().value) {
    const undo = document.querySelector("#thread .held[data-held] .held-undo");
    if (undo) {
      event.preventDefault();
      undo.click();
    }
  }
});

// What may not leave yet is stopped here already (the server stops it too).
function mayLeave(it) {
  const uploading = it.querySelector(".tray-file[data-state=up]");
  if (uploading) {
    toast(it.dataset.wordUploading);
    return false;
  }
  if (missing().length) {
    selectMissing();
    return false;
  }
  const files = [...it.querySelectorAll(".tray-file[data-state=done]")].map((file) => file.dataset.file);
  it.elements.attached.value = files.join(",");
  if (!it.elements.text.value.trim() && !files.length) {
    area().focus();
    return false;
  }
  return true;
}

document.addEventListener("submit", (event) => {
  const it = form();
  if (event.target === it && !mayLeave(it)) {
    event.preventDefault();
    event.stopPropagation();
  }
}, true);

document.addEventListener("click", async (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("[data-unchoose]")) {
    choose("", "");
    keep();
    focusEnd();
  } else if (target?.closest("[data-next-missing]")) {
    selectMissing();
  } else if (target?.closest("[data-fill]")) {
    const answer = await post(target.closest("[data-fill]").dataset.fill, { text: area().value });
    if (!answer.ok) return;
    const { text } = await answer.json();
    area().value = text;
    keep();
    if (missing().length) selectMissing();
    else focusEnd();
  } else if (target?.closest("[data-opens=close-dialog]")) {
    document.getElementById("close-dialog").dataset.mode = target.closest("[data-with-reply]") ? "send" : "close";
  }
});

// "Send and close": what the sheet asks goes along with the reply.
document.addEventListener("submit", (event) => {
  const sheet = document.getElementById("close-dialog");
  if (event.target.id !== "close-form" || sheet?.dataset.mode !== "send") return;
  event.preventDefault();
  event.stopPropagation();
  const it = form();
  const given = event.target.elements;
  it.elements.then.value = "close";
  it.elements.outcome.value = event.submitter?.value ?? "";
  it.elements.cause.value = given.cause?.value ?? "";
  it.elements.note.value = given.note?.value ?? "";
  sheet.close();
  setKind("reply");
  it.requestSubmit();
}, true);

document.addEventListener("goldseam:compose", (event) => {
  if (!form()) return;
  setKind(event.detail.kind);
  keep();
  focusEnd();
});

// A draft or a remedy's words: instead of what was filled in before, after what the person wrote.
let filled = "";
document.addEventListener("goldseam:fill", (event) => {
  if (!form()) return;
  const { text, remedy, name } = event.detail;
  setKind("reply");
  const field = area();
  const own = field.value.trim() && field.value !== filled && field.value.trim() !== text.trim();
  field.value = own ? `${field.value.trimEnd()}\n${text}` : text;
  filled = field.value;
  choose(remedy ?? "", name ?? "");
  keep();
  focusEnd();
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt !== form()) return;
  sending = area().value;
  staying = true;
});
document.addEventListener("focusin", (event) => {
  if (!form()?.contains(event.target)) staying = false;
});

document.addEventListener("htmx:afterRequest", (event) => {
  const it = form();
  if (event.detail.elt !== it) return;
  for (const name of ["anyway", "then", "outcome", "cause", "note"]) it.elements[name].value = "";
});

function emptied(key) {
  const it = form();
  const field = area();
  field.value = sending !== null && field.value.startsWith(sending) ? field.value.slice(sending.length).trimStart() : field.value;
  it.elements.key.value = key;
  it.elements.seen.value = "";
  document.getElementById("tray").replaceChildren();
  choose("", "");
  setKind("reply");
  filled = "";
  sending = null;
  keep();
}

document.addEventListener("goldseam:sent", (event) => {
  const { id, key } = event.detail;
  forget(id);
  if (form()?.dataset.conversation !== String(id)) return;
  emptied(key);
  if (staying) area().focus();
});

document.addEventListener("goldseam:takenback", (event) => {
  const { id, text, key } = event.detail;
  const it = form();
  if (it?.dataset.conversation !== String(id)) return;
  const field = area();
  field.value = field.value.trim() ? `${text}\n${field.value}` : text;
  it.elements.key.value = key;
  setKind("reply");
  keep();
  focusEnd();
});

// Somebody answered since this was begun: show it, or send all the same.
document.addEventListener("goldseam:answered", (event) => {
  const sheet = document.getElementById("answered-dialog");
  sheet.querySelector(".answered-text").textContent = event.detail.text;
  sheet.dataset.answer = event.detail.answer ?? "";
  sheet.showModal();
});

document.addEventListener("click", (event) => {
  const sheet = document.getElementById("answered-dialog");
  if (event.target.closest?.("[data-send-anyway]")) {
    sheet.close();
    form().elements.anyway.value = "1";
    form().requestSubmit();
  } else if (event.target.closest?.("[data-show-answer]")) {
    sheet.close();
    const answer = document.getElementById(`message-${sheet.dataset.answer}`) ?? document.querySelector("#thread .held");
    answer?.scrollIntoView({ block: "center" });
    answer?.classList.add("pointed");
    form().elements.seen.value = newest();
    keep();
  }
});

document.addEventListener("goldseam:desk", () => {
  filled = "";
  restore();
});
restore();

window.goldseam = Object.assign(window.goldseam ?? {}, {
  composer: { area, choose, emptied, focusEnd, forget, form, freshKey, isComposing, keep, post, putIn, setKind, toast },
});
