// Who signs out leaves nothing of the chat in this browser.
document.querySelector("[data-sign-out]")?.addEventListener("click", () => {
  document.querySelector("goldseam-chat").forget();
});
