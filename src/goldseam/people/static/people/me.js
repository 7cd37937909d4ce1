// Settings that the browser must agree to, and a field that only one of the choices needs.
const box = document.querySelector("[name=desktop_notices]");
const word = document.getElementById("notice-state");

function say() {
  if (!word || !("Notification" in window)) return;
  const state = Notification.permission;
  word.hidden = !box.checked || !word.dataset[state];
  word.textContent = word.dataset[state] ?? "";
}

box?.addEventListener("change", async () => {
  if (box.checked && "Notification" in window && Notification.permission === "default") {
    await Notification.requestPermission();
  }
  say();
});
say();

const span = document.querySelector("[name=span]");
const until = document.querySelector("[name=until]");

function fold() {
  if (until) until.closest(".field").hidden = span.value !== "moment";
}

span?.addEventListener("change", fold);
fold();
