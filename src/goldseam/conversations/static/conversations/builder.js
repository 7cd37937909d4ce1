// The filter builder: the server answers with the form as it was sent. What is typed, chosen or pressed while the
// answer is on its way is put into the new form afterwards, and the cursor stays where it went meanwhile.
const form = () => document.getElementById("builder");
const settings = (control) => (control.type === "checkbox" ? control.checked : control.value);
const keyOf = (control) => (control.type === "checkbox" ? `${control.name}=${control.value}` : control.name);
const controls = () => [...form().elements].filter((control) => control.name && control.type !== "hidden" && control.localName !== "button");

let sent = null; // the form's settings when the request went out; null while none is on its way
let later = null; // what became of it meanwhile: settings by key, the button that was pressed, where the cursor is

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target !== form()) return;
  sent = { values: new Map(controls().map((control) => [keyOf(control), settings(control)])), at: document.activeElement };
  later = { pressed: null };
});

document.addEventListener("submit", (event) => {
  if (sent && event.target === form()) later.pressed = event.submitter?.value ?? "save";
}, true);

document.addEventListener("htmx:beforeSwap", (event) => {
  if (!sent || event.detail.target !== form()) return;
  later.changed = new Map(controls().filter((control) => sent.values.get(keyOf(control)) !== settings(control)).map((control) => [keyOf(control), settings(control)]));
  const cursor = document.activeElement;
  later.at = cursor !== sent.at && form().contains(cursor) ? keyOf(cursor) : "";
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (!sent || event.detail.elt !== form()) return;
  const { changed = new Map(), at, pressed } = later;
  sent = later = null;
  let asks = null;
  for (const control of controls().filter((one) => changed.has(keyOf(one)))) {
    if (control.type === "checkbox") control.checked = changed.get(keyOf(control));
    else control.value = changed.get(keyOf(control));
    if (control.hasAttribute("hx-post")) asks = control;
  }
  if (changed.size) form().dispatchEvent(new Event("input", { bubbles: true }));
  if (at) [...form().elements].find((control) => keyOf(control) === at)?.focus();
  const button = pressed && form().querySelector(`button[name=do][value="${CSS.escape(pressed)}"]`);
  if (button) button.click();
  else asks?.dispatchEvent(new Event("change", { bubbles: true }));
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.target === form() && !event.detail.successful) sent = later = null;
});
