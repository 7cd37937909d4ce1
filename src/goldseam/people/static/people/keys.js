// Recording a key: what is pressed is shown, and kept only when the person says so.
const { keys } = globalThis.goldseam;
const dialog = document.getElementById("record");
const shown = document.getElementById("record-keys");
const take = dialog.querySelector("[data-take]");
let form = null;
let strokes = [];

for (const cell of document.querySelectorAll("[data-key]")) {
  if (cell.dataset.key) cell.replaceChildren(keys.drawn(cell.dataset.key));
}

function draw() {
  if (strokes.length) shown.replaceChildren(keys.drawn(strokes.join(" ")));
  else shown.textContent = "…";
  take.disabled = !strokes.length;
}

function send(key) {
  form.elements.key.value = key;
  dialog.close();
  form.requestSubmit();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-record]");
  if (!button) return;
  form = button.form;
  strokes = [];
  dialog.querySelector(".record-for").textContent = button.closest(".key-row").querySelector(".key-name").textContent;
  draw();
  dialog.showModal();
  shown.focus();
});

shown.addEventListener("keydown", (event) => {
  if (keys.ofInputMethod(event) || event.key === "Escape" || event.key === "Tab") return;
  const key = keys.written(event);
  if (!key) return;
  event.preventDefault();
  if (key === "Enter" && strokes.length) {
    send(strokes.join(" "));
    return;
  }
  strokes = strokes.length === 1 ? [...strokes, key] : [key];
  draw();
});

take.addEventListener("click", () => send(strokes.join(" ")));
dialog.querySelector("[data-none]").addEventListener("click", () => send(""));
