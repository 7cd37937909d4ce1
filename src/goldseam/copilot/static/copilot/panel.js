// The panel's two offers: a remedy (its words and its mark on the reply) and the draft.
function fill(detail) {
  document.dispatchEvent(new CustomEvent("goldseam:fill", { detail }));
}

function toast(text) {
  document.dispatchEvent(new CustomEvent("goldseam:toast", { detail: { text, level: "error" } }));
}

async function useRemedy(button) {
  button.disabled = true;
  try {
    const answer = await fetch(button.dataset.url, { headers: { "HX-Request": "true" } });
    if (answer.status === 404) {
      // What was offered then is not allowed now: say so, and assess anew.
      toast(await answer.text());
      htmx.ajax("POST", button.dataset.again, { target: "#copilot", swap: "innerHTML" }).catch(() => {}); // the frame says what failed
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const { text, remedy } = await answer.json();
    fill({ text, remedy, name: button.dataset.name });
  } catch {
    toast(document.body.dataset.wordFailed);
  } finally {
    button.disabled = false;
  }
}

document.addEventListener("click", (event) => {
  const remedy = event.target.closest?.("[data-use-remedy]");
  if (remedy) useRemedy(remedy);
  const draft = event.target.closest?.("[data-use-draft]");
  if (draft) fill({ text: document.querySelector(draft.dataset.useDraft).textContent });
});

// A part that somebody folds stays folded in every conversation, in this browser.
const PARTS = "goldseam:parts";

function foldedParts() {
  try {
    return JSON.parse(localStorage.getItem(PARTS) ?? "[]");
  } catch {
    return [];
  }
}

document.addEventListener("toggle", ({ target }) => {
  const name = target.matches?.("details.part") && target.dataset.fold;
  if (!name) return;
  const others = foldedParts().filter((folded) => folded !== name);
  try {
    localStorage.setItem(PARTS, JSON.stringify(target.open ? others : [...others, name]));
  } catch {
    // It then stays folded on this page.
  }
}, true);

document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  if (target?.id !== "copilot") return;
  const folded = new Set(foldedParts());
  for (const part of target.querySelectorAll("details.part")) {
    if (folded.has(part.dataset.fold)) part.open = false;
  }
});
