// Nothing is needed but a form; with this the stars up to the chosen one shine.
const scores = [...document.querySelectorAll(".score")];
function shine() {
  const chosen = scores.findIndex((score) => score.querySelector("input").checked);
  scores.forEach((score, index) => score.classList.toggle("on", index <= chosen));
}
document.addEventListener("change", shine);
shine();
