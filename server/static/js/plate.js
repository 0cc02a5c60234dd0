/* A plate by keys alone: one letter a well, then on to the next; arrows go anywhere. */
const LETTERS = new Set(["N", "P", "I", "V"]);
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
let signal = () => {};
let dirty = false;

export function plateKeys(tell) {
  signal = tell;
  const plate = document.querySelector("svg.plate");
  if (plate) plate.addEventListener("keydown", overPicture);
  const form = document.querySelector("form[data-wells]");
  if (!form) return;
  form.addEventListener("keydown", inWells);
  form.addEventListener("input", (event) => mark(event.target));
  form.addEventListener("submit", () => { dirty = false; });
  document.querySelector("form[data-find]")?.addEventListener("submit", find);
  wells().forEach(mark);
  dirty = false;
}

window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });

const wells = () => [...document.querySelectorAll("input.well")].sort((a, b) => a.dataset.order - b.dataset.order);

function mark(input) {
  if (!input.matches("input.well")) return;
  const letter = input.value.trim().toUpperCase();
  input.dataset.call = letter && !LETTERS.has(letter) ? "bad" : letter;
  dirty = true;
  const row = document.getElementById(`ct-${input.dataset.name}`);
  if (row) row.hidden = !["P", "I"].includes(letter);
  const left = wells().filter((each) => !each.dataset.control && !each.value.trim()).length;
  const said = document.querySelector("[data-left]");
  if (said) said.textContent = left;
}

function next(input, by) {
  const all = wells();
  const to = all[all.indexOf(input) + by];
  if (to) { to.focus(); to.select(); } else if (by > 0) document.querySelector("[data-save]")?.focus();
}

function inWells(event) {
  const at = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (at.matches("input.ct")) { inCt(event, at); return; }
  if (!at.matches("input.well")) return;
  const key = event.key.toUpperCase();
  if (LETTERS.has(key)) {
    event.preventDefault();
    at.value = key;
    mark(at);
    next(at, 1);
  } else if (event.key in STEPS) {
    event.preventDefault();
    step(at, ...STEPS[event.key]);
  } else if (event.key === " " || event.key === "Enter") {
    event.preventDefault();
    next(at, 1);
  } else if (event.key === "Backspace" && !at.value) {
    event.preventDefault();
    next(at, -1);
  } else if (key === "C") {
    event.preventDefault();
    const row = document.getElementById(`ct-${at.dataset.name}`);
    if (row) { row.closest("details").open = true; row.hidden = false; row.querySelector("input").focus(); }
  } else if (/^[0-9/]$/.test(event.key)) {
    const scan = document.querySelector("form[data-find] input");
    if (scan) { if (event.key === "/") event.preventDefault(); scan.focus(); }
  }
}

function inCt(event, at) {
  if (event.key !== "Enter") return;
  event.preventDefault();
  const fields = [...at.closest("tr").querySelectorAll("input.ct")];
  const after = fields[fields.indexOf(at) + 1];
  if (after) after.focus();
  else next(document.querySelector(`input.well[data-name="${at.dataset.of}"]`), 1);
}

/* The nearest well that takes a key, on that row or column. */
function step(at, down, right) {
  const row = Number(at.dataset.row), column = Number(at.dataset.column);
  const ahead = wells().filter((each) => {
    const rows = Number(each.dataset.row) - row, columns = Number(each.dataset.column) - column;
    return down ? columns === 0 && rows * down > 0 : rows === 0 && columns * right > 0;
  });
  const far = (each) => Math.abs(each.dataset.row - row) + Math.abs(each.dataset.column - column);
  ahead.sort((a, b) => far(a) - far(b));
  if (ahead[0]) { ahead[0].focus(); ahead[0].select(); }
}

/* A scanned tube leads to its well. */
function find(event) {
  event.preventDefault();
  const scan = event.target.querySelector("input");
  const code = scan.value.replace(/^\][A-Za-z][0-9A-Za-z]/, "").replace(/\s/g, "").toUpperCase();
  scan.value = "";
  const well = wells().find((each) => each.dataset.tube === code);
  if (!well) { signal("bad"); return; }
  signal(well.value ? "again" : "good");
  well.focus();
  well.select();
}

function overPicture(event) {
  const link = event.target.closest("a[data-well]");
  if (!link || !(event.key in STEPS)) return;
  event.preventDefault();
  const [down, right] = STEPS[event.key];
  const columns = Number(event.currentTarget.dataset.columns);
  const well = Number(link.dataset.well);
  const column = well % columns + right;
  if (column < 0 || column >= columns) return;
  event.currentTarget.querySelector(`a[data-well="${well + down * columns + right}"]`)?.focus();
}
