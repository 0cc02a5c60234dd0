/* Tables by keys alone: each row has one control with data-row; arrows (or J K) go from row to row.
   A letter of an option (data-key) chooses it and goes on; S opens the row's correction; Ctrl+Enter
   goes to the button that sends the table, so that Enter sends it. */
const STEPS = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 };

const controls = () => [...document.querySelectorAll("main [data-row]")];

/* The control of the row that the focus is in; -1 before the first. */
function here() {
  const row = document.activeElement?.closest("tr");
  return row ? controls().findIndex((each) => row.contains(each)) : -1;
}

function go(by) {
  const all = controls();
  const to = all[Math.min(Math.max(here() + by, 0), all.length - 1)];
  if (!to) return;
  to.focus();
  to.scrollIntoView({ block: "nearest" });
}

function choose(select, key) {
  const option = [...select.options].find((each) => each.dataset.key === key.toUpperCase());
  if (!option) return false;
  select.value = option.value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
  go(1);
  return true;
}

/* Do what a key says to a table of rows; return whether it said anything. */
export function rowKey(event) {
  if (!controls().length) return false;
  const at = event.target;
  const text = at.matches("input:not([type=checkbox]):not([type=radio]), textarea");
  if (event.key === "Enter" && event.ctrlKey) {
    const form = at.closest("form:has([data-send])") || document.querySelector("form:has([data-send])");
    form?.querySelector("[data-send]")?.focus();
    return true;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (text) {
    if (event.key !== "Enter" || !at.matches("[data-note]")) return false;
    go(1);
    return true;
  }
  if (at.matches("select[data-row]") && choose(at, event.key)) return true;
  const inRow = here() >= 0 ? controls()[here()].closest("tr") : null;
  if (event.key in STEPS) { go(STEPS[event.key]); return true; }
  if (event.key.toUpperCase() === "S") {
    const link = inRow?.querySelector("a[data-correct]");
    link?.click();
    return Boolean(link);
  }
  if (event.key.toUpperCase() === "C") {
    const note = inRow?.querySelector("[data-note]");
    note?.focus();
    return Boolean(note);
  }
  return false;
}
