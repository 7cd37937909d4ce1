// Files: chosen, pasted or dropped; each goes up at once, with its progress, and waits in the tray until the
// message is sent. What a file is and whether it is taken is decided by the server.
const { area, form, post, toast } = window.goldseam.composer;

const tray = () => document.getElementById("tray");

function take(files) {
  const it = form();
  for (const file of files) {
    if (tray().children.length >= Number(it.dataset.mostFiles)) {
      toast(it.dataset.wordMany);
      return;
    }
    send(file, it.dataset.upload);
  }
}

function send(file, address) {
  const entry = document.getElementById("tray-shape").content.firstElementChild.cloneNode(true);
  const bar = entry.querySelector("progress");
  entry.querySelector(".tray-name").textContent = file.name || "image.png";
  tray().append(entry);
  const request = new XMLHttpRequest();
  const fields = new FormData();
  fields.append("file", file, file.name || "image.png");
  request.open("POST", address);
  request.setRequestHeader("X-CSRFToken", JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"]);
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) bar.value = event.loaded / event.total;
  });
  request.addEventListener("load", () => done(entry, request));
  request.addEventListener("error", () => failed(entry, document.body.dataset.wordFailed));
  request.send(fields);
  entry.dropFile = () => request.abort();
}

function done(entry, request) {
  let answer = {};
  try {
    answer = JSON.parse(request.responseText);
  } catch {
    // No answer of ours: told as a failure below.
  }
  if (request.status !== 201) {
    failed(entry, answer.error ?? document.body.dataset.wordFailed);
    return;
  }
  show(entry, answer);
}

function show(entry, file) {
  entry.dataset.state = "done";
  entry.dataset.file = file.id;
  entry.querySelector("progress")?.remove();
  entry.querySelector(".tray-name").textContent = file.name;
  if (file.image) {
    const picture = document.createElement("img");
    picture.src = `/files/${file.id}/?thumb`;
    picture.alt = "";
    picture.width = 40;
    picture.height = 40;
    entry.querySelector(".tray-picture").replaceChildren(picture);
  }
}

function failed(entry, words) {
  entry.dataset.state = "failed";
  entry.querySelector("progress")?.remove();
  entry.querySelector(".tray-error").textContent = words;
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest("[data-attach]")) document.getElementById("file-choice").click();
  const drop = target?.closest("[data-drop-file]");
  if (drop) {
    const entry = drop.closest(".tray-file");
    if (entry.dataset.file) post(`/files/${entry.dataset.file}/discard/`);
    else entry.dropFile?.();
    entry.remove();
    area().focus();
  }
});
document.addEventListener("change", (event) => {
  if (event.target.id !== "file-choice") return;
  take(event.target.files);
  event.target.value = "";
});
document.addEventListener("paste", (event) => {
  if (event.target !== area() || !event.clipboardData?.files.length) return;
  event.preventDefault();
  take(event.clipboardData.files);
});

const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files") && form()?.closest(".talk").contains(event.target);
document.addEventListener("dragover", (event) => {
  if (!carries(event)) return;
  event.preventDefault();
  form().closest(".talk").classList.add("dropping");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget || !form()?.closest(".talk").contains(event.relatedTarget)) document.querySelector(".dropping")?.classList.remove("dropping");
});
document.addEventListener("drop", (event) => {
  document.querySelector(".dropping")?.classList.remove("dropping");
  if (!carries(event)) return;
  event.preventDefault();
  take(event.dataTransfer.files);
});
document.addEventListener("goldseam:takenback", (event) => {
  if (form()?.dataset.conversation !== String(event.detail.id)) return;
  for (const file of event.detail.files) {
    const entry = document.getElementById("tray-shape").content.firstElementChild.cloneNode(true);
    tray().append(entry);
    show(entry, file);
  }
});

// The viewer: every picture of the thread, with the arrows.
let at = 0;
const pictures = () => [...document.querySelectorAll("#thread [data-view-picture]")];

function view(number) {
  const all = pictures();
  if (!all.length) return;
  at = (number + all.length) % all.length;
  const dialog = document.getElementById("picture-dialog");
  const picture = dialog.querySelector(".viewer-picture");
  const { name } = all[at].dataset;
  picture.src = all[at].href;
  picture.alt = picture.dataset.alt.replace("{name}", name);
  dialog.querySelector(".viewer-name").textContent = name;
  dialog.querySelector(".viewer-place").textContent = all.length > 1 ? `${at + 1} / ${all.length}` : "";
  dialog.querySelector(".viewer-save").href = all[at].href;
  for (const turn of dialog.querySelectorAll(".viewer-turn")) turn.hidden = all.length < 2;
  if (!dialog.open) dialog.showModal();
}

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const link = target?.closest("[data-view-picture]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    view(pictures().indexOf(link));
  }
  const what = target?.closest("[data-viewer]")?.dataset.viewer;
  if (what === "close") document.getElementById("picture-dialog").close();
  else if (what) view(at + (what === "next" ? 1 : -1));
});
document.addEventListener("keydown", (event) => {
  if (!document.getElementById("picture-dialog")?.open) return;
  if (event.key === "ArrowRight") view(at + 1);
  if (event.key === "ArrowLeft") view(at - 1);
});
