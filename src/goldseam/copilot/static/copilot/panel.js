// The panel's two offers: a remedy (its words and its mark on the reply) and the draft.
function fill(detail) {
  document.dispatchEvent(new CustomEvent("goldseam:fill", { detail }));
}

async function useRemedy(button) {
  button.disabled = true;
  try {
    const answer = await fetch(button.dataset.url, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const { text, remedy } = await answer.json();
    fill({ text, remedy, name: button.dataset.name });
  } catch {
    const text = document.body.dataset.wordFailed;
    document.dispatchEvent(new CustomEvent("goldseam:toast", { detail: { text, level: "error" } }));
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
