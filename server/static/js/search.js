/* The search page's keys: "/" goes to the field, arrows walk through the rows, Enter opens one.
   A reader types into the field wherever the focus was; a camera's code is sent as if it were typed. */
import { keepCameraButton } from "./camera.js";

const field = () => document.querySelector("#find input.scan");
const WALKED = "table.found tbody th a, ol.story .opens";
const rows = () => [...document.querySelectorAll(WALKED)];

function writes(element) {
  return element.matches("input:not([type=checkbox]):not([type=radio]), textarea, select");
}

function walk(step) {
  const all = rows();
  const at = all.indexOf(document.activeElement);
  if (at + step < 0) field()?.focus();
  else all[Math.min(at + step, all.length - 1)]?.focus();
}

document.addEventListener("keydown", (event) => {
  const at = event.target;
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !(at instanceof Element)) return;
  const inField = at === field();
  if ((event.key === "ArrowDown" || event.key === "ArrowUp") && (inField || at === document.body || at.matches(WALKED))) {
    event.preventDefault();
    walk(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "/" && !writes(at)) {
    event.preventDefault();
    field()?.focus();
    field()?.select();
  } else if (event.key.length === 1 && event.key !== " " && !writes(at) && !at.closest("summary, dialog")) {
    field()?.focus();
    if (field()) field().value = ""; // what a reader types now replaces what was looked for before
  }
});

keepCameraButton(field);
if (field() === document.activeElement) field()?.select(); // a scan replaces what stands there
