// Countdowns go on by themselves; what cannot wait is shown, heard and told to the desktop, once per browser.
const root = document.documentElement;
const known = "goldseam:alarmed";

function span(minutes) {
  const words = document.body.dataset;
  if (minutes < 60) return words.wordMin.replace("{n}", minutes);
  if (minutes < 48 * 60) return words.wordHour.replace("{n}", Math.floor(minutes / 60));
  return words.wordDay.replace("{n}", Math.floor(minutes / 1440));
}

function count() {
  for (const element of document.querySelectorAll("[data-due]")) {
    const left = Date.parse(element.dataset.due) - Date.now();
    const shape = left >= 0 ? element.dataset.left : element.dataset.over;
    const text = shape.replace("{t}", span(Math.floor(Math.abs(left) / 60000)));
    if (element.textContent !== text) element.textContent = text;
    if (left < 0) element.closest(".sla")?.classList.replace("sla-running", "sla-breached");
    if (left < 0) element.closest(".sla")?.classList.replace("sla-warning", "sla-breached");
  }
}

setInterval(count, 5000);
document.addEventListener("htmx:afterSwap", count);
count();

function toldBefore() {
  try {
    return new Set(JSON.parse(localStorage.getItem(known) ?? "[]"));
  } catch {
    return new Set();
  }
}

function remember(names) {
  try {
    localStorage.setItem(known, JSON.stringify([...names].slice(-300)));
  } catch {
    // Without storage each page tells anew.
  }
}

// Two short tones, made on the spot: no file, and no sound before the person has touched the page.
function chime() {
  if (root.dataset.sounds !== "on" || !("AudioContext" in window)) return;
  const audio = new AudioContext();
  [660, 880].forEach((pitch, place) => {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const at = audio.currentTime + place * 0.18;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.12, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.16);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.17);
  });
  setTimeout(() => audio.close(), 1000);
  document.dispatchEvent(new CustomEvent("goldseam:chimed"));
}

function tellDesktop(text, link) {
  if (root.dataset.notices !== "on" || !("Notification" in window)) return;
  if (Notification.permission !== "granted" || document.hasFocus()) return;
  const note = new Notification("Goldseam", { body: text, tag: link });
  note.addEventListener("click", () => {
    window.focus();
    if (link) location.href = link;
    note.close();
  });
}

function signs(place) {
  if (place.id === "alerts") {
    return [...place.querySelectorAll("[data-alert]")].map((alarm) => ({
      name: `alert-${alarm.dataset.alert}-${alarm.dataset.since ?? ""}`,
      text: alarm.querySelector(".alert-what")?.textContent.replace(/\s+/g, " ").trim(),
      link: alarm.querySelector(".alert-what")?.href,
    }));
  }
  return [...place.querySelectorAll("[data-notice]")].map((line) => ({
    name: `notice-${line.dataset.notice}`,
    text: line.dataset.text,
    link: line.querySelector("a")?.href,
  }));
}

document.addEventListener("htmx:afterSwap", (event) => {
  const place = event.detail.target;
  if (place?.id !== "alerts" && place?.id !== "notices") return;
  const before = toldBefore();
  const fresh = signs(place).filter((sign) => !before.has(sign.name));
  if (!fresh.length) return;
  remember(new Set([...before, ...fresh.map((sign) => sign.name)]));
  const text = fresh.length === 1 ? fresh[0].text : `${fresh[0].text} (+${fresh.length - 1})`;
  if (event.detail.requestConfig?.triggeringEvent?.type === "live") {
    document.dispatchEvent(new CustomEvent("goldseam:toast", { detail: { text, level: "error" } }));
    chime();
  }
  tellDesktop(text, fresh[0].link);
});
