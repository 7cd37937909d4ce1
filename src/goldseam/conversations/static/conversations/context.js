// Beside the thread: look something up, peek into another conversation, tell the customer where an order is, ask for
// money. The thread stays in view.
function lookUp(words) {
  const field = document.getElementById("look-up-words");
  if (!field) return;
  field.value = words;
  field.form.requestSubmit();
  field.scrollIntoView({ block: "nearest" });
  field.focus();
}

document.addEventListener("click", (event) => {
  const target = event.target.closest?.("[data-look-up], [data-tell], [data-ask-money], [data-unpeek]");
  if (!target) return;
  const { lookUp: words, tell, askMoney } = target.dataset;
  if (words !== undefined) lookUp(words);
  else if (tell !== undefined) document.dispatchEvent(new CustomEvent("goldseam:fill", { detail: { text: tell } }));
  else if (askMoney !== undefined) {
    document.dispatchEvent(new CustomEvent("goldseam:ask-approval", { detail: { remedy: "refund_only", amount: askMoney } }));
  } else document.getElementById("peek").replaceChildren();
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id === "peek") event.detail.target.scrollIntoView({ block: "nearest" });
});
