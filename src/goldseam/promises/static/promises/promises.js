// Countdowns go on while nothing else changes.
function span(minutes) {
  const words = document.body.dataset;
  if (minutes < 1) return words.wordNow;
  if (minutes < 60) return words.wordMin.replace("{n}", minutes);
  if (minutes < 48 * 60) return words.wordHour.replace("{n}", Math.floor(minutes / 60));
  return words.wordDay.replace("{n}", Math.floor(minutes / 1440));
}

setInterval(() => {
  for (const element of document.querySelectorAll("[data-until]")) {
    const left = Math.floor((Date.parse(element.dataset.until) - Date.now()) / 60000);
    const text = left < 0 ? element.dataset.over : element.dataset.word.replace("{span}", span(left));
    if (element.textContent !== text) element.textContent = text;
  }
}, 15000);
