// Sorts the table of layers by the column whose heading is pressed.
for (const button of document.querySelectorAll("table.sortable th button")) {
  button.addEventListener("click", () => {
    const heading = button.closest("th"), body = heading.closest("table").tBodies[0];
    const column = heading.cellIndex, descending = heading.ariaSort !== "descending";
    for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const key = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
    const order = (a, b) => key(a).localeCompare(key(b), "en", { numeric: true });
    const byNumber = (a, b) => Number(key(a)) - Number(key(b));
    const rows = [...body.rows].sort(column === 0 ? order : byNumber);
    body.append(...(descending ? rows.reverse() : rows));
  });
}
// Paper has no room to open anything.
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => (d.open = true)));
