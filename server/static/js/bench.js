/* The bench's pages for scanners: forms with data-live are sent without leaving the page, one after
   the other, so that a scan is never lost while another is on its way; focus goes back to the field. */
import { kindOf, ready, signal } from "./signals.js";
import { callKeys } from "./calls.js";
import { keepCameraButton } from "./camera.js";
import { plateKeys } from "./plate.js";
import { rowKey } from "./rows.js";

const queue = [];
let busy = false;

const field = () => document.querySelector("main input.scan[autofocus]") || document.querySelector("main input.scan");

function isText(element) {
  return element.matches("input:not([type=checkbox]):not([type=radio]), textarea, select");
}

function show(page, address) {
  const main = page.querySelector("main");
  const old = document.querySelector("main");
  const typing = field() === document.activeElement ? field().value : "";
  old.replaceWith(document.adoptNode(main));
  document.title = page.title;
  if (address) history.replaceState(null, "", address);
  dress();
  dispatchEvent(new Event("resize")); // page.js lets whoever has no mouse scroll what is too wide
  if (field() && typing) field().value = typing;
  const kind = kindOf(main);
  if (kind) signal(kind);
}

function fail(form, scanned) {
  const alert = document.createElement("p");
  alert.setAttribute("role", "alert");
  alert.textContent = document.documentElement.lang === "vi"
    ? "Mạng không trả lời. Chưa ghi: quét lại ống này." : "The network does not answer. Not noted: scan this tube again.";
  document.querySelector("main").prepend(alert);
  if (scanned && field() && !field().value) { field().value = scanned; field().select(); }
  signal("bad");
}

async function send() {
  if (busy) return;
  busy = true;
  while (queue.length) {
    const { form, url, body, scanned } = queue.shift();
    try {
      const answer = await fetch(url, { method: "POST", body, credentials: "same-origin" });
      if (new URL(answer.url).pathname === "/login") { location.assign("/login"); return; }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!page.querySelector("main")) throw new Error("no page");
      show(page, answer.redirected ? answer.url : "");
    } catch {
      queue.length = 0; // what waits behind was scanned for a page that did not come
      fail(form, scanned);
    }
  }
  busy = false;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-live]")) return;
  event.preventDefault();
  const scan = form.querySelector("input.scan");
  queue.push({ form, url: form.action, body: new URLSearchParams(new FormData(form, event.submitter)), scanned: scan ? scan.value : "" });
  if (scan) { scan.value = ""; scan.focus(); }
  send();
});

document.addEventListener("keydown", (event) => {
  ready();
  const at = event.target;
  if (!event.defaultPrevented && at instanceof Element && !at.closest("dialog") && rowKey(event)) {
    event.preventDefault();
    return;
  }
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !(at instanceof Element)) return;
  if (event.key === "?" && (!isText(at) || at.matches("input.scan, input.well"))) {
    event.preventDefault();
    document.getElementById("keys")?.showModal();
  } else if (event.key.length === 1 && event.key !== " " && !isText(at) && !at.closest("dialog") && field()) {
    field().focus(); // a scanner types wherever it is pointed: its text belongs into the field
  }
});
document.addEventListener("pointerdown", ready);

/* Give the scripts their place in a page that just came. */
function dress() {
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
  keepCameraButton(field);
  plateKeys(signal);
  callKeys();
  const first = document.querySelector("main [autofocus]");
  if (first) first.focus();
}

dress();
const first = kindOf(document.querySelector("main"));
if (first) signal(first);
