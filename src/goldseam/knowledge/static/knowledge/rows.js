// "Add a …" puts one more empty row into a set of rows; the server reads as many as TOTAL_FORMS says.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-add-row]");
  if (!button) return;
  const set = button.closest("[data-rows]");
  const total = set.querySelector(`[name="${set.dataset.rows}-TOTAL_FORMS"]`);
  const row = set.querySelector("template").content.cloneNode(true);
  for (const part of row.querySelectorAll("[name], [id], [for]")) {
    for (const key of ["name", "id", "for", "aria-describedby"]) {
      if (part.hasAttribute(key)) part.setAttribute(key, part.getAttribute(key).replace("__prefix__", total.value));
    }
  }
  total.value = Number(total.value) + 1;
  const list = set.querySelector(".row-list");
  list.append(row);
  list.lastElementChild.querySelector("input, textarea")?.focus();
});
