// <goldseam-chat door="…">: the customer's chat. One element, its own shadow, no dependency. Nothing is set
// as markup or inline style, so it works under a strict content policy and Trusted Types. Words come from
// the door; what is written without a connection waits in this browser and is sent once, by its key.
(() => {
"use strict";
const SITE = new URL(document.currentScript.src).origin;
const SILENCE = 45_000;
const CSS = `
:host { --accent: var(--goldseam-accent, var(--door)); --on-accent: var(--goldseam-on-accent, var(--door-ink));
  --ground: #ffffff; --soft: #f1f3f5; --ink: #1c2127; --ink-2: #565f69; --line: #8a939c; --bad: #b3261e; --link: #0b57a4;
  font: 15px/1.5 var(--goldseam-font, system-ui, -apple-system, "PingFang SC", "Microsoft YaHei", sans-serif);
  color: var(--ink); color-scheme: light; position: fixed; z-index: var(--goldseam-z, 2147483000);
  right: var(--goldseam-side, 20px); bottom: var(--goldseam-bottom, 20px); }
:host([position=left]) { right: auto; left: var(--goldseam-side, 20px); }
:host([data-dark]) { --ground: #16191d; --soft: #262b31; --ink: #eceff2; --ink-2: #aeb6bf; --line: #7d8791; --bad: #ffb4ab; --link: #8ec7ff; color-scheme: dark; }
:host([hidden]), [hidden] { display: none !important; }
* { box-sizing: border-box; }
button, input, textarea, select { font: inherit; color: inherit; }
button { cursor: pointer; background: none; border: 0; padding: 0; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.vh { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
svg { width: 22px; height: 22px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; display: block; }
.launch { width: 56px; height: 56px; border-radius: 50%; background: var(--accent); color: var(--on-accent); display: grid;
  place-items: center; box-shadow: 0 2px 10px #0006; position: relative; border: 1px solid #ffffff66; }
.launch svg { width: 28px; height: 28px; }
.badge { position: absolute; top: -4px; right: -4px; min-width: 22px; height: 22px; border-radius: 11px; padding: 0 6px;
  background: #b3261e; color: #fff; font-size: 13px; line-height: 22px; font-weight: 600; }
.panel { position: absolute; bottom: 0; right: 0; width: 380px; height: min(640px, calc(100vh - 40px)); display: flex; flex-direction: column;
  background: var(--ground); border: 1px solid var(--line); border-radius: var(--goldseam-radius, 14px); overflow: hidden; box-shadow: 0 6px 30px #0005; }
:host([position=left]) .panel { right: auto; left: 0; }
header { background: var(--accent); color: var(--on-accent); padding: 10px 8px 10px 16px; display: flex; align-items: center; gap: 8px; }
header :focus-visible { outline-color: var(--on-accent); }
header div { flex: 1; min-width: 0; } h2 { margin: 0; font-size: 16px; font-weight: 600; } header p { margin: 0; font-size: 13px; }
.tool { width: 40px; height: 40px; display: grid; place-items: center; border-radius: 8px; flex: none; }
.tools { display: flex; gap: 6px; padding: 8px 12px; overflow-x: auto; border-bottom: 1px solid var(--soft); }
.pill { border: 1px solid var(--line); border-radius: 16px; padding: 5px 12px; font-size: 13px; background: var(--ground); white-space: nowrap; min-height: 32px; }
.pill:hover, .pill[aria-expanded=true] { background: var(--soft); }
.sheet, .form { padding: 10px 14px; background: var(--soft); display: grid; gap: 8px; font-size: 14px; }
.form { border-radius: 10px; margin-top: 6px; } .sheet .sheet, .form .sheet { padding: 0; } .sheet p, .form p { margin: 0; }
label { display: grid; gap: 2px; } input:not([type=radio]), select, textarea { width: 100%; background: var(--ground); border: 1px solid var(--line); border-radius: 8px; padding: 7px 10px; min-height: 38px; }
.go { background: var(--accent); color: var(--on-accent); border: 1px solid var(--line); border-radius: 8px; padding: 7px 14px; font-weight: 600; min-height: 38px; justify-self: start; }
.bad { color: var(--bad); } .quiet { color: var(--ink-2); }
.log { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 12px 14px; display: flex; flex-direction: column; gap: 8px; }
.log > .earlier { align-self: center; }
.greet, .said { max-width: 86%; align-self: flex-start; overflow-wrap: anywhere; } .mine { align-self: flex-end; }
.who { margin: 0 0 2px; font-size: 12px; color: var(--ink-2); }
.bubble { background: var(--soft); border-radius: 12px; padding: 8px 12px; white-space: pre-wrap; margin: 0; }
.mine .bubble { background: var(--accent); color: var(--on-accent); }
.mine .bubble a { color: inherit; } a { color: var(--link); }
.foot { margin: 2px 0 0; font-size: 12px; color: var(--ink-2); display: flex; gap: 8px; flex-wrap: wrap; } .mine .foot { justify-content: flex-end; }
.foot button { text-decoration: underline; }
.day { align-self: center; font-size: 12px; color: var(--ink-2); margin: 4px 0; }
.more { display: flex; flex-wrap: wrap; gap: 6px; margin: 6px 0 0; padding: 0; list-style: none; }
.shot { display: block; border-radius: 10px; overflow: hidden; border: 1px solid var(--line); margin-top: 4px; max-width: 100%; min-width: 48px; min-height: 48px; background: var(--soft); }
canvas { display: block; max-width: 100%; height: auto; }
.tray { display: flex; gap: 8px; padding: 8px 14px 0; flex-wrap: wrap; } .tray > div { position: relative; width: 64px; height: 64px; border: 1px solid var(--line); border-radius: 8px; overflow: hidden; background: var(--soft); }
.tray canvas { width: 100%; height: 100%; object-fit: cover; } .tray .up canvas { opacity: .45; }
.tray button { position: absolute; top: 2px; right: 2px; width: 26px; height: 26px; border-radius: 50%; background: #1c2127; color: #fff; display: grid; place-items: center; } .tray svg { width: 14px; height: 14px; }
.state { margin: 0; padding: 2px 14px; font-size: 13px; color: var(--ink-2); min-height: 24px; }
.write { display: flex; gap: 4px; align-items: flex-end; padding: 4px 10px 12px; }
.write textarea { flex: 1; resize: none; max-height: 120px; min-height: 40px; }
.stars { display: flex; gap: 6px; border: 0; padding: 0; margin: 0; } .stars legend { padding: 0; margin-bottom: 4px; }
.stars label { border: 1px solid var(--line); border-radius: 8px; min-width: 40px; min-height: 40px; place-items: center; align-content: center; cursor: pointer; background: var(--ground); }
.stars input { position: absolute; opacity: 0; } .stars label:has(:checked) { background: var(--accent); color: var(--on-accent); } .stars label:has(:focus-visible) { outline: 3px solid var(--link); outline-offset: 2px; }
.ends { display: flex; justify-content: space-between; font-size: 12px; }
.large { position: fixed; inset: 0; background: #000c; display: grid; place-items: center; padding: 16px; } .large canvas { max-width: 100%; max-height: calc(100vh - 100px); width: auto; background: #fff; }
.large .go { justify-self: center; }
@media (max-width: 480px) { .panel { position: fixed; inset: 0; width: auto; height: 100vh; height: 100dvh; border-radius: 0; border: 0; } }
@media (prefers-reduced-motion: no-preference) { .panel { animation: up .16s ease-out; } @keyframes up { from { transform: translateY(8px); opacity: .4; } } }
@media (forced-colors: active) { .launch, .go, .bubble { border: 1px solid; } }
`;
const ICONS = {
  chat: "M8 9h8M8 13h6M18 4a3 3 0 0 1 3 3v8a3 3 0 0 1-3 3h-5l-5 3v-3H6a3 3 0 0 1-3-3V7a3 3 0 0 1 3-3z",
  close: "M18 6L6 18M6 6l12 12", send: "M10 14L21 3M21 3l-6.5 18-4.5-7-7-4.5z", down: "M6 9l6 6 6-6",
  image: "M15 8h.01M3 6a3 3 0 0 1 3-3h12a3 3 0 0 1 3 3v12a3 3 0 0 1-3 3H6a3 3 0 0 1-3-3zM3 16l5-5c.9-.9 2.1-.9 3 0l5 5M14 14l1-1c.9-.9 2.1-.9 3 0l3 3",
};

// An element with attributes, listeners ("onclick") and children; never markup.
function h(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== false && value != null) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child != null && child !== false));
  return node;
}

function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

const fill = (text, ...values) => text.replace(/\{(\d)\}/g, (_, place) => values[place]);
const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
const chinese = (tag) => /^zh/i.test(tag || "");

// White or near-black, whichever is read better on a colour like #1f3a5f (WCAG's relative luminance).
function inkOn(colour) {
  const part = (at) => { const v = parseInt(colour.slice(at, at + 2), 16) / 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5) > 0.179 ? "#000000" : "#ffffff";
}

// What this browser keeps of a chat. Read anew each time: other tabs write it too. Memory when storage is barred.
class Store {
  constructor(key) { this.key = key; this.memory = "{}"; }
  read() {
    let text = this.memory;
    try { text = localStorage.getItem(this.key) ?? text; } catch { /* barred */ }
    try { return { token: "", queue: [], draft: "", ...JSON.parse(text) }; } catch { return { token: "", queue: [], draft: "" }; }
  }
  write(change) {
    const next = { ...this.read(), ...change };
    this.memory = JSON.stringify(next);
    try { localStorage.setItem(this.key, this.memory); } catch { /* barred or full: this page still knows */ }
    return next;
  }
  clear() { this.memory = "{}"; try { localStorage.removeItem(this.key); } catch { /* barred */ } }
}

class Trouble extends Error {
  constructor(status, code, message, wait) { super(message); Object.assign(this, { status, code, wait }); }
  get passing() { return this.status === 0 || this.status === 429 || this.status >= 500; }
}

class GoldseamChat extends HTMLElement {
  static observedAttributes = ["token", "theme", "colour", "lang"];
  #begun = false; #info = null; #state = {}; #messages = new Map(); #earlier = null; #nodes = new Map(); #tray = [];
  #isOpen = false; #lost = false; #flushing = false; #syncing = null; #stale = false; #retry = 0; #live = null; #typingAt = 0; #typingStop = 0; #coming = null; #atEnd = true; #pictures = new Map();

  connectedCallback() {
    if (this.#begun) { this.#connect(); return; }
    this.#begun = true;
    this.base = `${(this.getAttribute("site") || SITE).replace(/\/$/, "")}/chat/${encodeURIComponent(this.getAttribute("door") || "")}`;
    this.store = new Store(`goldseam-chat:${this.getAttribute("door")}`);
    this.root = this.attachShadow({ mode: "open" });
    this.look = new CSSStyleSheet();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    this.root.adoptedStyleSheets = [sheet, this.look];
    addEventListener("online", () => { this.#retry = 0; if (this.#info) { this.#flush(); this.#connect(); } else this.#start(); });
    addEventListener("offline", () => this.#connection(true));
    addEventListener("storage", (event) => { if (event.key === this.store.key) this.#render(); });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.#read(); });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#paint());
    this.#start();
  }
  disconnectedCallback() { this.#live?.abort(); this.#live = null; }
  attributeChangedCallback(name, before, after) {
    if (!this.#info || before === after) return;
    if (name === "token" && after) this.#identify({ token: after }).catch((trouble) => console.warn("goldseam-chat:", trouble.message));
    else if (name === "lang") this.#start();
    else this.#paint();
  }

  get language() { return chinese(this.getAttribute("lang") || document.documentElement.lang || navigator.language) ? "zh-CN" : "en"; }
  get words() { return this.#info.words; }

  // For the page: open, close, and leave nothing behind when its customer signs out.
  show() { this.#toggle(true); }
  hide() { this.#toggle(false); }
  forget() {
    this.#live?.abort(); this.#live = null;
    this.store.clear(); this.#messages.clear(); this.#state = {}; this.#earlier = null; this.#tray = []; this.#pictures.clear();
    if (this.#info) { this.box.value = ""; this.#toggle(false); this.#render(); }
  }

  async #start() {
    const language = this.language;
    try {
      this.#info = await this.#call(`door?language=${language}`, { open: true });
      this.store.write({ info: this.#info });
    } catch (trouble) {
      const kept = this.store.read().info;
      if (!trouble.passing) { console.warn("goldseam-chat:", trouble.message); return; }
      if (kept?.language !== language) { if (!this.#retry) console.warn("goldseam-chat: the chat cannot be reached from this page yet; it is tried again"); this.#later(() => this.#info || this.#start()); return; }
      this.#info = kept;
    }
    this.#build();
    this.#paint();
    const resume = /^#goldseam-chat=([\w:.-]+)$/.exec(location.hash);
    if (resume) {
      history.replaceState(history.state, "", location.pathname + location.search);
      this.store.write({ token: "" });
      await this.#comeIn({ resume: resume[1] }).catch((trouble) => this.#say(trouble.message, true));
    } else if (this.store.read().token && this.getAttribute("token")) {
      await this.#identify({ token: this.getAttribute("token") }).catch((trouble) => console.warn("goldseam-chat:", trouble.message));
    }
    if (this.store.read().token) await this.#sync();
    this.#connect();
    this.#flush();
    if (resume || this.hasAttribute("open")) this.show();
    this.dispatchEvent(new CustomEvent("goldseam:ready"));
  }

  // --- calls ---------------------------------------------------------------------------------------------
  async #call(path, { body, key, form, open, blob } = {}) {
    const headers = { "Accept-Language": this.language };
    const { token } = this.store.read();
    if (!open && token) headers.Authorization = `Bearer ${token}`;
    if (body) headers["Content-Type"] = "application/json";
    if (key) headers["Idempotency-Key"] = key;
    let answer;
    try {
      answer = await fetch(`${this.base}/${path}`, {
        method: body || form ? "POST" : "GET", headers, body: form || (body && JSON.stringify(body)),
        credentials: "omit", cache: "no-store", signal: AbortSignal.timeout(form ? 120_000 : 20_000),
      });
    } catch { throw new Trouble(0, "offline", this.#info?.words.offline || "no connection"); }
    if (answer.ok) return answer.status === 204 ? null : blob ? answer.blob() : answer.json();
    const { error } = await answer.json().catch(() => ({}));
    if (answer.status === 401 && token === this.store.read().token) this.store.write({ token: "" });
    throw new Trouble(answer.status, error?.code, error?.message || this.#info?.words.again_later || "no answer", Number(answer.headers.get("Retry-After")));
  }
  #comeIn(more = {}) {
    if (this.store.read().token) return Promise.resolve();
    const token = this.getAttribute("token") || "";
    const body = { language: this.language, page: location.href.split("#")[0].slice(0, 500), token, ...more };
    const enter = (given) => this.#call("visitors", { body: given, open: true });
    this.#coming ??= enter(body)
      .catch((trouble) => { if (trouble.status !== 403 || !body.token) throw trouble; console.warn("goldseam-chat:", trouble.message); return enter({ ...body, token: "" }); })
      .then(({ visitor, state }) => { this.store.write({ token: visitor }); this.#state = state; this.#render(); })
      .finally(() => { this.#coming = null; });
    return this.#coming;
  }
  async #identify(proof) {
    await this.#comeIn();
    const state = await this.#call("identify", { body: proof });
    this.#messages.clear(); this.#earlier = null;
    this.#state = state;
    await this.#sync();
    this.#connect(true);
  }
  // Fetch the latest messages and how things stand; once at a time, again when news came meanwhile.
  #sync() {
    if (this.#syncing) { this.#stale = true; return this.#syncing; }
    const run = async () => {
      do {
        this.#stale = false;
        const page = await this.#call("messages");
        const first = this.#messages.size === 0;
        for (const message of page.items) this.#messages.set(message.id, message);
        if (first) this.#earlier = page.earlier;
        const before = this.#state;
        this.#state = page.state;
        this.#connection(false);
        this.#render();
        this.#tellUnread(before);
      } while (this.#stale);
      this.#read();
    };
    this.#syncing = run().catch((trouble) => { if (trouble.status === 0) this.#connection(true); }).finally(() => { this.#syncing = null; });
    return this.#syncing;
  }
  async #older() {
    const page = await this.#call(`messages?before=${encodeURIComponent(this.#earlier)}`).catch((trouble) => this.#say(trouble.message, true));
    if (!page) return;
    const at = this.log.scrollHeight - this.log.scrollTop;
    for (const message of page.items) this.#messages.set(message.id, message);
    this.#earlier = page.earlier;
    this.#render();
    this.log.scrollTop = this.log.scrollHeight - at;
  }
  // The stream of names. Each time it fails the messages are fetched instead, so without it the chat polls.
  async #connect(anew = false) {
    if (anew) { this.#live?.abort(); this.#live = null; }
    if (this.#live || !this.#state.started || !this.isConnected || !this.store.read().token) return;
    const control = this.#live = new AbortController();
    let watch = 0;
    const alive = () => { clearTimeout(watch); watch = setTimeout(() => control.abort(), SILENCE); };
    try {
      alive();
      const headers = { Authorization: `Bearer ${this.store.read().token}` };
      const answer = await fetch(`${this.base}/live`, { headers, credentials: "omit", cache: "no-store", signal: control.signal });
      if (!answer.ok) throw new Trouble(answer.status);
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = ""; ;) {
        const { value, done } = await reader.read();
        if (done) break;
        alive();
        const lines = (rest + value).split("\n");
        rest = lines.pop();
        const events = lines.filter((line) => line.startsWith("event: ")).map((line) => line.slice(7));
        if (events.includes("ready")) this.#retry = 0;
        if (events.some((name) => ["ready", "change", "resync"].includes(name))) this.#sync().then(() => this.#flush());
      }
    } catch { /* away, or ended by us */ }
    clearTimeout(watch);
    if (this.#live !== control) return;
    this.#live = null;
    this.#later(() => { this.#sync(); this.#connect(); });
  }
  #later(work) { setTimeout(work, Math.min(30_000, 1000 * 2 ** this.#retry++) * (0.8 + 0.4 * Math.random())); }

  // --- sending -------------------------------------------------------------------------------------------
  #submit(text, files = []) {
    if (!text && !files.length) return;
    const { queue } = this.store.read();
    this.store.write({ queue: [...queue, { key: fresh(), text, files, at: Date.now() }] });
    this.#atEnd = true;
    this.#render();
    this.#flush();
  }
  #change(key, change) {
    const { queue } = this.store.read();
    this.store.write({ queue: queue.flatMap((item) => (item.key !== key ? [item] : change ? [{ ...item, ...change }] : [])) });
    this.#render();
  }
  // Send what waits, in its order. A key goes with each: what arrived already is not said twice.
  async #flush() {
    if (this.#flushing || !this.#info) return;
    this.#flushing = true;
    try {
      for (let item; (item = this.store.read().queue.find((one) => !one.error));) {
        try {
          await this.#comeIn();
          const { message } = await this.#call("messages", { body: { text: item.text, files: item.files.map((file) => file.id) }, key: item.key });
          this.#messages.set(message.id, message);
          this.#retry = 0;
          this.#connection(false);
          this.#change(item.key, null);
          if (!this.#state.started) { await this.#sync(); this.#connect(); }
        } catch (trouble) {
          if (trouble.status === 401) continue;
          if (!trouble.passing) { this.#change(item.key, { error: trouble.message }); continue; }
          if (trouble.status === 0) this.#connection(true);
          if (trouble.wait) setTimeout(() => this.#flush(), trouble.wait * 1000);
          else this.#later(() => this.#flush());
          break;
        }
      }
    } finally { this.#flushing = false; }
  }
  async #attach(files) {
    for (const file of files) {
      if (file.size > this.#info.most_file) { this.#say(fill(this.words.too_large, file.name, Math.floor(this.#info.most_file / 2 ** 20)), true); continue; }
      const bitmap = await createImageBitmap(file).catch(() => null);
      if (!bitmap) { this.#say(fill(this.words.no_picture, file.name), true); continue; }
      const entry = { name: file.name, canvas: draw(bitmap, 160), id: 0 };
      this.#tray.push(entry);
      this.#drawTray();
      try {
        await this.#comeIn();
        const form = new FormData();
        form.append("file", file);
        entry.id = (await this.#call("files", { form })).id;
      } catch (trouble) {
        this.#tray = this.#tray.filter((one) => one !== entry);
        this.#say(trouble.status === 0 ? this.words.needs_net : trouble.message, true);
      }
      this.#drawTray();
    }
  }
  #typing(typing) {
    clearTimeout(this.#typingStop);
    if (typing) this.#typingStop = setTimeout(() => this.#typing(false), 6000);
    const now = Date.now();
    if (!this.#state.started || (typing && now - this.#typingAt < 4000) || (!typing && !this.#typingAt)) return;
    this.#typingAt = typing ? now : 0;
    this.#call("typing", { body: { typing } }).catch(() => {});
  }
  #read() {
    const newest = Math.max(0, ...[...this.#messages.values()].filter((message) => message.from !== "you").map((message) => message.id));
    if (!this.#isOpen || document.hidden || newest <= (this.#state.read || 0)) return;
    this.#state.read = newest;
    this.#state.unread = 0;
    this.#drawBadge();
    this.#call("read", { body: { message: newest } }).catch(() => {});
  }

  // --- the frame -----------------------------------------------------------------------------------------
  #build() {
    const words = this.words;
    this.#nodes.clear();
    this.badge = h("span", { class: "badge", "aria-hidden": "true", hidden: true });
    this.launch = h("button", { class: "launch", type: "button", "aria-haspopup": "dialog", "aria-expanded": "false", onclick: () => this.#toggle(true) }, icon("chat"), this.badge);
    this.away = h("p");
    this.tools = h("div", { class: "tools" });
    this.sheet = h("div", { class: "sheet", hidden: true, id: "sheet" });
    this.log = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": words.log, tabindex: "0", onscroll: () => { this.#atEnd = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 80; } });
    this.watcher?.disconnect();
    this.watcher = new ResizeObserver(() => this.#toEnd());
    this.watcher.observe(this.log);
    this.tray = h("div", { class: "tray", hidden: true });
    this.status = h("p", { class: "state", role: "status" });
    this.box = h("textarea", {
      rows: "1", "aria-label": words.write, placeholder: words.write, maxlength: "4000",
      oninput: () => { this.#grow(); this.store.write({ draft: this.box.value }); this.#typing(this.box.value !== ""); },
      onkeydown: (event) => this.#key(event),
      onpaste: (event) => { const files = [...event.clipboardData.files]; if (files.length) { event.preventDefault(); this.#attach(files); } },
    });
    this.box.value = this.store.read().draft;
    const picker = h("input", { type: "file", accept: "image/jpeg,image/png,image/gif,image/webp", multiple: true, hidden: true, "aria-label": words.attach, onchange: () => { this.#attach([...picker.files]); picker.value = ""; } });
    const write = h("form", { class: "write", onsubmit: (event) => { event.preventDefault(); this.#sendBox(); } },
      h("button", { class: "tool", type: "button", "aria-label": words.attach, title: words.attach, onclick: () => picker.click() }, icon("image")), picker, this.box,
      h("button", { class: "tool", type: "submit", "aria-label": words.send, title: words.send }, icon("send")));
    this.panel = h("div", { class: "panel", role: "dialog", "aria-modal": "true", "aria-labelledby": "title", hidden: true, lang: this.#info.language, onkeydown: (event) => this.#trap(event) },
      h("header", {}, h("div", {}, h("h2", { id: "title" }, this.#info.shop), this.away),
        h("button", { class: "tool", type: "button", "aria-label": words.close, title: words.close, onclick: () => this.#toggle(false) }, icon("down"))),
      this.tools, this.sheet, this.log, this.tray, this.status, write);
    this.large = h("div", { class: "large", role: "dialog", "aria-modal": "true", hidden: true, onkeydown: (event) => { if (event.key === "Escape" || event.key === "Tab") { event.preventDefault(); event.stopPropagation(); } if (event.key === "Escape") this.#shut(); } });
    this.heard = h("p", { class: "vh", role: "status" });
    this.root.replaceChildren(this.launch, this.panel, this.large, this.heard);
    if (this.#isOpen) { this.panel.hidden = false; this.launch.hidden = true; }
    this.#drawTray();
    this.#render();
  }
  #paint() {
    const own = /^#[0-9a-f]{6}$/i.exec(this.getAttribute("colour") || "")?.[0];
    this.look.replaceSync(`:host { --door: ${own || this.#info.colour}; --door-ink: ${own ? inkOn(own) : this.#info.ink}; }`);
    const theme = this.getAttribute("theme");
    this.toggleAttribute("data-dark", theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches));
  }
  #toggle(open) {
    if (!this.#info || open === this.#isOpen) return;
    this.#isOpen = open;
    this.panel.hidden = !open;
    this.launch.hidden = open;
    this.launch.setAttribute("aria-expanded", String(open));
    if (open) {
      this.#grow();
      this.box.focus();
      this.#atEnd = true;
      this.#toEnd();
      this.#comeIn().then(() => this.#sync()).catch((trouble) => { if (trouble.status === 0) this.#connection(true); else this.#say(trouble.message, true); });
    } else this.launch.focus();
    this.dispatchEvent(new CustomEvent(open ? "goldseam:open" : "goldseam:close"));
  }
  #trap(event) {
    if (event.key === "Escape" && !event.isComposing) { event.stopPropagation(); this.#toggle(false); return; }
    if (event.key !== "Tab") return;
    const stops = [...this.panel.querySelectorAll("button, input, select, textarea, a[href], [tabindex='0']")].filter((node) => !node.disabled && node.offsetParent !== null && node.type !== "file");
    const at = stops.indexOf(this.root.activeElement);
    if (event.shiftKey ? at > 0 : at >= 0 && at < stops.length - 1) return;
    event.preventDefault();
    stops.at(event.shiftKey ? -1 : 0).focus();
  }
  #key(event) {
    // Enter that ends a composition (an input method's) chooses a word; it does not send.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#sendBox();
  }
  #sendBox() {
    if (this.#tray.some((entry) => !entry.id)) return;
    const files = this.#tray.map(({ id, name }) => ({ id, name }));
    const text = this.box.value.trim();
    if (!text && !files.length) return;
    this.box.value = "";
    this.#tray = [];
    this.store.write({ draft: "" });
    this.#drawTray();
    this.#grow();
    this.#typing(false);
    this.#submit(text, files);
  }
  #grow() { this.box.style.height = "auto"; this.box.style.height = `${Math.min(120, Math.max(40, this.box.scrollHeight + 2))}px`; }
  #say(text, bad = false) { this.status.textContent = text; this.status.classList.toggle("bad", bad); clearTimeout(this.quiet); this.quiet = setTimeout(() => this.#drawStatus(), 6000); }
  #connection(lost) { if (this.#lost !== lost) { this.#lost = lost; if (this.status) { if (lost) this.#drawStatus(); else this.#say(this.words.back); } } }
  #drawStatus() {
    const words = this.words;
    this.status.classList.remove("bad");
    this.status.textContent = this.#lost ? words.offline : this.#state.typing ? fill(words.typing, this.#state.typing) : this.#state.status === "closed" ? words.closed : "";
  }
  #drawBadge() {
    const unread = this.#isOpen ? 0 : this.#state.unread || 0;
    this.badge.hidden = !unread;
    this.badge.textContent = unread > 99 ? "99+" : unread;
    this.launch.setAttribute("aria-label", this.words.open + (unread ? ` (${fill(this.words.unread, unread)})` : ""));
  }
  #tellUnread(before) {
    if (this.#isOpen || (this.#state.unread || 0) <= (before.unread || 0)) return;
    const last = [...this.#messages.values()].filter((message) => message.from !== "you").at(-1);
    this.heard.textContent = fill(this.words.new, this.#speaker(last));
    this.dispatchEvent(new CustomEvent("goldseam:unread", { detail: { unread: this.#state.unread } }));
  }
  #drawTools() {
    const { words } = this; const state = this.#state;
    const wanted = [["person", words.person, () => this.#submit(words.person)]];
    if (!state.verified) wanted.push(["verify", words.verify, () => this.#sheetOf("verify")]);
    if (state.mail) wanted.push(["email", state.email ? words.change : words.email_save, () => this.#sheetOf("email")]);
    const signature = JSON.stringify([wanted.map(([name, label]) => [name, label]), this.sheet.dataset.of, state.email, state.verified]);
    if (this.tools.dataset.of !== signature) {
      this.tools.dataset.of = signature;
      const focused = this.root.activeElement?.dataset?.tool;
      const pills = wanted.map(([name, label, act]) => h("button", { class: "pill", type: "button", "data-tool": name, "aria-expanded": name === "person" ? null : String(this.sheet.dataset.of === name), "aria-controls": name === "person" ? null : "sheet", onclick: act }, label));
      if (state.verified) pills.push(h("span", { class: "pill" }, `✓ ${state.name || words.verified}`));
      this.tools.replaceChildren(...pills);
      if (focused) this.tools.querySelector(`[data-tool=${focused}]`)?.focus();
    }
    if (this.sheet.dataset.of === "verify" && state.verified) this.#sheetOf("");
    const back = state.back_at && new Date(state.back_at);
    const when = back && new Intl.DateTimeFormat(this.language, { weekday: "short", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" }).format(back);
    this.away.textContent = state.open === false ? (back ? fill(words.away, when) : words.away_open) : state.open ? words.here : "";
    if (state.mail && state.open === false && !state.email && !this.sheet.dataset.shown) { this.sheet.dataset.shown = "1"; this.#sheetOf("email", false); }
  }
  #sheetOf(name, focus = true) {
    const same = this.sheet.dataset.of === name;
    this.sheet.dataset.of = same ? "" : name;
    this.sheet.hidden = same || !name;
    const { words } = this;
    if (!same && name === "verify") this.sheet.replaceChildren(...this.#verifyForm());
    if (!same && name === "email") {
      const field = h("input", { type: "email", autocomplete: "email", value: this.#state.email || null, maxlength: "254" });
      this.sheet.replaceChildren(this.#form([h("p", {}, this.#info.mail_note), this.#state.email && h("p", {}, fill(words.email_saved, this.#state.email)), h("label", {}, words.email, field)], words.email_save,
        async () => { this.#state = await this.#call("email", { body: { email: field.value } }); this.#sheetOf(""); this.#render(); if (this.#state.email) this.#say(fill(words.email_saved, this.#state.email)); }));
    }
    if (this.#state.started !== undefined) this.#drawTools();
    if (!same && name && focus) this.sheet.querySelector("input")?.focus();
  }
  // A form that says its own troubles.
  #form(children, label, act, kind = "") {
    const bad = h("p", { class: "bad", role: "alert" });
    const go = h("button", { class: "go", type: "submit" }, label);
    return h("form", { class: kind, novalidate: true, onsubmit: async (event) => {
      event.preventDefault();
      go.disabled = true;
      bad.textContent = "";
      try { await this.#comeIn(); await act(); } catch (trouble) { bad.textContent = trouble.message; } finally { go.disabled = false; }
    } }, h("div", { class: "sheet" }, ...children.filter(Boolean), bad, go));
  }
  #verifyForm() {
    const { words } = this;
    const number = h("input", { autocomplete: "off", maxlength: "120" });
    const tail = h("input", { inputmode: "numeric", autocomplete: "off", maxlength: "8" });
    return [this.#form([h("p", {}, words.verify_why), h("label", {}, words.number, number), h("label", {}, words.tail, tail)], words.verify_send,
      () => this.#identify({ number: number.value, phone_tail: tail.value }))];
  }

  // --- the messages --------------------------------------------------------------------------------------
  #render() {
    if (!this.#info || !this.log) return;
    const messages = [...this.#messages.values()].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.id - b.id));
    const known = new Set(messages.map((message) => message.key).filter(Boolean));
    const waiting = this.store.read().queue.filter((item) => !known.has(item.key));
    const lastMine = messages.findLast((message) => message.from === "you");
    const last = waiting.length ? null : messages.at(-1);
    const parts = [];
    if (this.#earlier) parts.push(["earlier", "", () => h("button", { class: "pill earlier", type: "button", onclick: () => this.#older() }, this.words.earlier)]);
    else parts.push(["greet", this.#info.greeting, () => h("div", { class: "greet" }, h("p", { class: "bubble" }, this.#info.greeting))]);
    let day = "";
    for (const message of messages) {
      const at = new Date(message.at);
      if (at.toDateString() !== day) {
        day = at.toDateString();
        const label = day === new Date().toDateString() ? this.words.today : new Intl.DateTimeFormat(this.language, { month: "long", day: "numeric", weekday: "short" }).format(at);
        parts.push([`day ${day}`, label, () => h("p", { class: "day" }, label)]);
      }
      const seen = message === lastMine ? (this.#state.seen_at && this.#state.seen_at >= message.at ? "seen" : "sent") : "";
      const view = { ...message, seen, last: message === last, verified: Boolean(this.#state.verified) };
      parts.push([message.key ? `key ${message.key}` : `id ${message.id}`, JSON.stringify(view), () => this.#bubble(view)]);
    }
    for (const item of waiting) parts.push([`key ${item.key}`, JSON.stringify(item), () => this.#waiting(item)]);
    this.#place(parts);
    this.#drawTools();
    this.#drawStatus();
    this.#drawBadge();
    this.#toEnd();
  }
  // Whoever reads the newest stays there; whoever reads earlier ones is left alone.
  #toEnd() { if (this.#atEnd) this.log.scrollTop = this.log.scrollHeight; }
  // Only what changed is touched, so that a screen reader hears only what is new.
  #place(parts) {
    const wanted = new Set(parts.map(([key]) => key));
    for (const [key, { node }] of this.#nodes) if (!wanted.has(key)) { node.remove(); this.#nodes.delete(key); }
    let place = this.log.firstChild;
    for (const [key, signature, make] of parts) {
      let entry = this.#nodes.get(key);
      if (entry && entry.signature !== signature) {
        const busy = entry.node.contains(this.root.activeElement) && entry.node.querySelector("form");
        if (!busy || !JSON.parse(signature).last) { const node = make(); if (place === entry.node) place = node; entry.node.replaceWith(node); entry = { node, signature }; }
      }
      entry ??= { node: make(), signature };
      this.#nodes.set(key, entry);
      if (entry.node === place) place = place.nextSibling;
      else this.log.insertBefore(entry.node, place);
    }
  }
  #speaker(message) { return message?.from === "bot" ? this.words.bot : message?.name || this.words.team; }
  #time(at) { return new Intl.DateTimeFormat(this.language, { hour: "2-digit", minute: "2-digit" }).format(new Date(at)); }
  #bubble(message) {
    const { words } = this; const mine = message.from === "you";
    const more = [];
    for (const link of message.links || []) more.push(h("li", {}, h("a", { href: new URL(link.url, this.base).href, target: "_blank", rel: "noopener noreferrer" }, link.title)));
    if (message.last) for (const text of message.choices || []) more.push(h("li", {}, h("button", { class: "pill", type: "button", onclick: () => this.#submit(text) }, text)));
    return h("article", { class: mine ? "said mine" : "said" },
      h("p", { class: mine ? "vh" : "who" }, mine ? words.you : this.#speaker(message)),
      message.text && h("p", { class: "bubble" }, ...linked(message.text)),
      message.files.map((file) => this.#file(file)),
      more.length > 0 && h("ul", { class: "more" }, ...more),
      message.ask === "verify" && (message.verified ? h("p", { class: "foot" }, `✓ ${words.verified}`) : message.last && h("div", { class: "form" }, ...this.#verifyForm())),
      message.ask === "rate" && (message.score ? h("p", { class: "foot" }, fill(words.rated, message.score)) : this.#rateForm(message)),
      h("p", { class: "foot" }, h("time", { datetime: message.at }, this.#time(message.at)), message.seen && h("span", {}, words[message.seen])));
  }
  #waiting(item) {
    const { words } = this;
    return h("article", { class: "said mine", "data-waiting": item.error ? "failed" : "yes" }, h("p", { class: "vh" }, words.you),
      item.text && h("p", { class: "bubble" }, item.text), item.files.map((file) => h("p", { class: "bubble" }, fill(words.picture, file.name))),
      h("p", { class: "foot" }, item.error ? h("span", { class: "bad" }, fill(words.failed, item.error)) : h("span", {}, words.waiting),
        item.error && h("button", { type: "button", onclick: () => { this.#change(item.key, { error: null }); this.#flush(); } }, words.again),
        item.error && h("button", { type: "button", onclick: () => this.#change(item.key, null) }, words.remove)));
  }
  #rateForm(message) {
    const { words } = this; const name = `score-${message.id}`;
    const reason = h("select", {}, ...["none", "speed", "solution", "manner", "goods", "parcel", "other"].map((code) => h("option", { value: code === "none" ? "" : code }, words[`reason_${code}`])));
    const comment = h("textarea", { rows: "2", maxlength: "1000" });
    const stars = h("fieldset", { class: "stars" }, h("legend", {}, words.rate), ...[1, 2, 3, 4, 5].map((score) => h("label", {}, h("input", { type: "radio", name, value: score, "aria-label": fill(words.stars, score) }), String(score))));
    const form = this.#form([stars, h("p", { class: "ends", "aria-hidden": "true" }, h("span", {}, words.worst), h("span", {}, words.best)), h("label", {}, words.reason, reason), h("label", {}, words.comment, comment)], words.rate_send, async () => {
      const score = Number(form.querySelector(":checked[type=radio]")?.value || 0);
      if (!score) throw new Trouble(400, "", words.rate);
      await this.#call("rating", { body: { message: message.id, score, reason: reason.value, comment: comment.value } });
      this.log.focus();
      await this.#sync();
    }, "form");
    return form;
  }
  #file(file) {
    const { words } = this;
    if (!file.width) return h("button", { class: "pill", type: "button", onclick: () => this.#save(file) }, file.name);
    const button = h("button", { class: "shot", type: "button", "aria-label": `${fill(words.picture, file.name)} – ${words.larger}`, onclick: () => this.#enlarge(file, button) });
    const scale = Math.min(1, 240 / Math.max(file.width, file.height));
    button.append(h("canvas", { width: Math.ceil(file.width * scale), height: Math.ceil(file.height * scale) }));
    this.#fetched(file, true).then((bitmap) => button.replaceChildren(draw(bitmap, 240))).catch(() => button.replaceChildren(file.name));
    return button;
  }
  #fetched(file, thumb) {
    const key = `${file.id} ${thumb}`;
    if (!this.#pictures.has(key)) {
      const found = this.#call(`files/${file.id}${thumb ? "?thumb=true" : ""}`, { blob: true }).then((blob) => createImageBitmap(blob));
      this.#pictures.set(key, found);
      found.catch(() => this.#pictures.delete(key));
    }
    return this.#pictures.get(key);
  }
  async #enlarge(file, from) {
    const bitmap = await this.#fetched(file, false).catch((trouble) => this.#say(trouble.message, true));
    if (!bitmap) return;
    const canvas = draw(bitmap, 4096);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", file.name);
    const close = h("button", { class: "go", type: "button", onclick: () => this.#shut() }, this.words.close_picture);
    this.large.setAttribute("aria-label", file.name);
    this.large.replaceChildren(canvas, close);
    this.large.hidden = false;
    this.from = from;
    close.focus();
  }
  #shut() { this.large.hidden = true; this.large.replaceChildren(); this.from?.focus(); }
  async #save(file) {
    const blob = await this.#call(`files/${file.id}`, { blob: true }).catch((trouble) => this.#say(trouble.message, true));
    if (!blob) return;
    const url = URL.createObjectURL(blob);
    h("a", { href: url, download: file.name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }
  #drawTray() {
    this.tray.hidden = !this.#tray.length;
    this.tray.replaceChildren(...this.#tray.map((entry) => h("div", { class: entry.id ? "" : "up" }, entry.canvas,
      h("button", { type: "button", "aria-label": `${this.words.remove}: ${entry.name}`, onclick: () => { this.#tray = this.#tray.filter((one) => one !== entry); this.#drawTray(); this.box.focus(); } }, icon("close")))));
  }
}

// A picture on a canvas of at most so many pixels: no address of it is ever in the page.
function draw(bitmap, most) {
  const scale = Math.min(1, most / Math.max(bitmap.width, bitmap.height));
  const canvas = h("canvas", { width: Math.max(1, Math.round(bitmap.width * scale)), height: Math.max(1, Math.round(bitmap.height * scale)) });
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas;
}

// Text with its web addresses as links.
function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"'()\u3000-\u303f\uff00-\uffef]+[^\s<>"'().,;:!?\u3000-\u303f\uff00-\uffef])/).map((piece, place) => (place % 2 ? h("a", { href: piece, target: "_blank", rel: "noopener noreferrer" }, piece) : piece));
}

if (!customElements.get("goldseam-chat")) customElements.define("goldseam-chat", GoldseamChat);
})();
