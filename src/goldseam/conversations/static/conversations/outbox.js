// What is on its way out: replies that can still be taken back go when their moment is over (a job sends them
// if this page does not), and replies that met no connection wait here and go by themselves, once, when it is
// back: each has a key that makes a repeat the same message.
const { area, emptied, focusEnd, forget, form, freshKey, keep, post, setKind, toast } = window.goldseam.composer;

const KEPT = "goldseam:outbox";
const timers = new Map();

function watch() {
  for (const held of document.querySelectorAll("#thread [data-held]")) {
    const { held: number, left, release } = held.dataset;
    if (timers.has(number)) continue;
    timers.set(number, setTimeout(() => {
      timers.delete(number);
      post(release).catch(() => {}); // without a connection the job sends it
    }, Number(left) + 60));
  }
}

document.addEventListener("goldseam:takenback", () => {
  for (const timer of timers.values()) clearTimeout(timer);
  timers.clear();
  requestAnimationFrame(watch);
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id === "thread") watch();
});

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? [];
  } catch {
    return [];
  }
}

function store(list) {
  try {
    localStorage.setItem(KEPT, JSON.stringify(list));
  } catch {
    toast(document.body.dataset.wordOffline);
  }
  show();
}

// The words that no connection took: out of the composer, into the list.
document.addEventListener("htmx:sendError", (event) => {
  const it = form();
  if (event.detail.elt !== it) return;
  const fields = Object.fromEntries([...new FormData(it)].filter(([name]) => name !== "csrfmiddlewaretoken"));
  store([...kept(), { conversation: it.dataset.conversation, address: it.action, fields, at: Date.now() }]);
  forget(it.dataset.conversation);
  emptied(freshKey());
});

let going = false;
async function flush() {
  if (going || !navigator.onLine) return;
  going = true;
  try {
    for (const entry of kept()) {
      if (entry.error) continue;
      const answer = await post(entry.address, entry.fields);
      const rest = kept().filter((other) => other.fields.key !== entry.fields.key);
      if (answer.ok) store(rest);
      else if (answer.status < 500) store([...rest, { ...entry, error: (await answer.text()) || document.body.dataset.wordFailed, second: answer.status === 409 }]);
      else break;
    }
  } catch {
    // Still away: the next sign of a connection tries again.
  } finally {
    going = false;
  }
}

function show() {
  const place = document.getElementById("unsent");
  if (!place) return;
  const mine = kept().filter((entry) => entry.conversation === place.dataset.conversation);
  place.replaceChildren(...mine.map((entry) => card(entry, place.dataset)));
}

function card(entry, words) {
  const shape = document.createElement("article");
  shape.className = "unsent-reply";
  const text = document.createElement("p");
  text.className = "bubble-text";
  text.textContent = entry.fields.text;
  const why = document.createElement("p");
  why.className = entry.error ? "bad" : "quiet";
  why.textContent = entry.error ?? words.wordWaiting;
  shape.append(text, why, button(words.wordBack, () => back(entry)));
  if (entry.second) shape.append(button(words.wordAnyway, () => again(entry)));
  return shape;
}

function button(words, run) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn";
  made.textContent = words;
  made.addEventListener("click", run);
  return made;
}

const without = (entry) => kept().filter((other) => other.fields.key !== entry.fields.key);

function back(entry) {
  const field = area();
  store(without(entry));
  setKind(entry.fields.kind);
  field.value = field.value.trim() ? `${entry.fields.text}\n${field.value}` : entry.fields.text;
  form().elements.key.value = entry.fields.key; // it may have arrived after all: then it stays one message
  keep();
  focusEnd();
}

function again(entry) {
  store([...without(entry), { ...entry, error: undefined, second: false, fields: { ...entry.fields, anyway: "1" } }]);
  flush();
}

const connection = document.getElementById("connection");
if (connection) {
  new MutationObserver(() => {
    if (connection.dataset.state === "open") flush();
  }).observe(connection, { attributes: true, attributeFilter: ["data-state"] });
}
addEventListener("online", flush);
document.addEventListener("goldseam:desk", () => {
  watch();
  show();
});
watch();
show();
flush();
