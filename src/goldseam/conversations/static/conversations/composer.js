// Writing: the draft of each conversation is kept in this browser until it is sent, with the key that makes a
// repeated send the same message.
const PREFIX = "goldseam:draft:";
let composing = false;
let sending = null;

const form = () => document.getElementById("composer");
const area = () => form()?.elements.text;

function read(number) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + number));
  } catch {
    return null;
  }
}

function keep() {
  const it = form();
  if (!it) return;
  const draft = {
    text: it.elements.text.value,
    kind: it.elements.kind.value,
    remedy: it.elements.remedy.value,
    name: it.querySelector(".chosen-name").textContent,
    key: it.elements.key.value,
  };
  try {
    if (draft.text.trim()) localStorage.setItem(PREFIX + it.dataset.conversation, JSON.stringify(draft));
    else localStorage.removeItem(PREFIX + it.dataset.conversation);
  } catch {
    // Without storage the text lives as long as the page.
  }
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

function restore() {
  const it = form();
  if (!it) return;
  const draft = read(it.dataset.conversation);
  if (!draft) return;
  it.elements.text.value = draft.text;
  it.elements.key.value = draft.key;
  setKind(draft.kind === "note" ? "note" : "reply");
  choose(draft.remedy ?? "", draft.name ?? "");
}

function focusEnd() {
  const field = area();
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
  field.scrollTop = field.scrollHeight;
}

document.addEventListener("compositionstart", () => {
  composing = true;
});
document.addEventListener("compositionend", () => {
  composing = false;
});

document.addEventListener("input", (event) => {
  if (form()?.contains(event.target)) {
    if (event.target.name === "kind") {
      setKind(event.target.value);
      focusEnd();
    }
    keep();
  }
});

document.addEventListener("keydown", (event) => {
  if (event.target !== area() || event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  if (composing || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  if (area().value.trim() && !form().querySelector(".send").disabled) form().requestSubmit();
});

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-unchoose]")) return;
  choose("", "");
  keep();
  focusEnd();
});

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
  const own = field.value.trim() && field.value !== filled;
  field.value = own ? `${field.value.trimEnd()}\n${text}` : text;
  filled = field.value;
  choose(remedy ?? "", name ?? "");
  keep();
  focusEnd();
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt === form()) sending = area().value;
});

document.addEventListener("goldseam:sent", (event) => {
  const it = form();
  const { id, key } = event.detail;
  try {
    localStorage.removeItem(PREFIX + id);
  } catch {
    // Nothing was kept, then.
  }
  if (!it || it.dataset.conversation !== String(id)) return;
  const field = area();
  field.value = sending !== null && field.value.startsWith(sending) ? field.value.slice(sending.length).trimStart() : field.value;
  it.elements.key.value = key;
  choose("", "");
  setKind("reply");
  filled = "";
  sending = null;
  keep();
  field.focus();
});

document.addEventListener("goldseam:desk", () => {
  filled = "";
  restore();
});
restore();
