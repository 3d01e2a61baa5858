"use strict";
const rows = [...document.querySelectorAll(".repository")];
const field = document.querySelector(".controls input");
const kinds = [...document.querySelectorAll("button[data-kind]")];
const unfold = document.querySelector("button[data-unfold]");
const empty = document.querySelector(".empty");

function filter() {
  const wanted = field.value.trim().toLowerCase();
  const shown = new Set(
    kinds.filter((button) => button.getAttribute("aria-pressed") === "true").map((button) => button.dataset.kind),
  );
  let count = 0;
  for (const row of rows) {
    row.hidden = !shown.has(row.dataset.kind) || !row.dataset.name.toLowerCase().includes(wanted);
    count += row.hidden ? 0 : 1;
  }
  empty.hidden = count > 0;
}

field.addEventListener("input", filter);
for (const button of kinds) {
  button.addEventListener("click", () => {
    const pressed = button.getAttribute("aria-pressed") === "true";
    button.setAttribute("aria-pressed", String(!pressed));
    filter();
  });
}
unfold.addEventListener("click", () => {
  const open = !rows.some((row) => row.open);
  for (const row of rows) row.open = open && !row.hidden;
  unfold.textContent = open ? "fold all" : "unfold all";
});
if (rows.length === 1) rows[0].open = true;
