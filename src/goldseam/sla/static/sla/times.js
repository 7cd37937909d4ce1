// Rows of the table of times are added, moved and removed before the whole table is published.
const rows = document.getElementById("times-rows");
let made = 0;

rows?.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const row = button?.closest("tr");
  if (!row) return;
  if (button.matches("[data-times-up]")) row.previousElementSibling?.before(row);
  else if (button.matches("[data-times-down]")) row.nextElementSibling?.after(row);
  else if (button.matches("[data-times-drop]") && rows.children.length > 1) row.remove();
  else return;
  if (button.isConnected) button.focus();
});

document.querySelector("[data-times-add]")?.addEventListener("click", () => {
  const row = document.getElementById("times-blank").content.firstElementChild.cloneNode(true);
  made += 1;
  for (const field of row.querySelectorAll("[name]")) field.name = field.name.replace("-blank", `-new${made}`);
  row.querySelector("[name=row]").value = `new${made}`;
  rows.append(row);
  row.querySelector("input.form-control").focus();
});
