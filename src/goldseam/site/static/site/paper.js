// The paper's one button.
document.querySelector("[data-print]").addEventListener("click", () => print());
