// Who else is here: this page says that it reads or writes (never what), and hears who does.
const { area, form } = window.goldseam.composer;

const BEAT = 15_000;
const PAUSE = 6_000;
let here = null;
let said = "";
let wrote = 0;

function tell(state) {
  const place = document.getElementById("present");
  if (!place || !form()) return;
  said = state;
  htmx.trigger(place, "tell"); // without a connection the next beat tells again
}

function state() {
  return Date.now() - wrote < PAUSE ? "writing" : "reading";
}

function leave() {
  if (!here) return;
  const fields = new FormData();
  fields.append("state", "left");
  fields.append("csrfmiddlewaretoken", here.token);
  navigator.sendBeacon(here.address, fields);
  here = null;
}

function arrive() {
  const place = document.getElementById("present");
  if (here?.address === place?.getAttribute("hx-post")) return;
  leave();
  if (!place) return;
  here = { address: place.getAttribute("hx-post"), token: form().elements.csrfmiddlewaretoken.value };
  wrote = 0;
  said = "reading"; // which the place itself tells as soon as it is there
}

document.addEventListener("input", (event) => {
  if (event.target !== area()) return;
  wrote = area().value ? Date.now() : 0;
  if (state() !== said) tell(state());
});
document.addEventListener("goldseam:sent", () => {
  wrote = 0;
  tell("reading");
});
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt.id === "present") event.detail.parameters.state = said || "reading";
});
let beats = 0;
setInterval(() => {
  beats += 1;
  if (document.hidden || !here) return;
  if (state() !== said || (beats * 3000) % BEAT === 0) tell(state());
}, 3000);
addEventListener("pagehide", leave);
document.addEventListener("goldseam:desk", arrive);
arrive();
