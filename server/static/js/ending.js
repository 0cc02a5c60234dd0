/* Before a log-in ends by itself its page says so, for eyes and for screen readers, and one press keeps
   it. The server knows when (another tab may have been used meanwhile); to ask it counts as no use. The
   focus stays where it is: at the bench that is the scanner's field. */
const bar = document.getElementById("ending");
const line = bar?.querySelector("p");
const form = bar?.querySelector("form");
const lead = Number(bar?.dataset.lead) * 1000;
const STAYED_MS = 10000;
let ends = 0;
let last = {};
let said = "";
let before = null;

function say(what, at) {
  if (said === what) return;
  said = what;
  const words = what ? bar.querySelector(`[data-say="${what}"]`).content.cloneNode(true) : "";
  line.replaceChildren(words);
  if (line.querySelector("time")) line.querySelector("time").textContent = at;
  if (what) bar.dataset.said = what; else delete bar.dataset.said;
  const had = form.contains(document.activeElement);
  form.hidden = what !== "idle" && what !== "lost";
  bar.querySelector("a").hidden = what !== "over";
  if (had && form.hidden) (before?.isConnected ? before : document.querySelector("main [autofocus]"))?.focus();
}

function hear(answer) {
  last = answer;
  ends = answer.say === "over" || answer.say === "other" ? Infinity : Date.now() + answer.left * 1000;
  if (answer.say || said !== "stayed") say(answer.say, answer.at);
}

async function ask() {
  try {
    const token = form.elements.csrf_token.value;
    const answer = await fetch("/login/left", { redirect: "error", headers: { "X-CSRF-Token": token } });
    hear(await answer.json());
  } catch {
    if (Date.now() + lead >= ends) say(last.then, last.at); // by what was known
  }
}

async function stay(event) {
  event.preventDefault();
  try {
    const answer = await fetch(form.action, { method: "POST", redirect: "error", body: new URLSearchParams(new FormData(form)) });
    if (!answer.ok) { ask(); return; }
    hear(await answer.json());
    if (!said) say("stayed", last.at);
    setTimeout(() => { if (said === "stayed") say("", ""); }, STAYED_MS);
  } catch {
    await ask();
    if (said === "idle") say("lost", last.at);
  }
}

function look() {
  if (Date.now() + lead >= ends) ask();
}

if (bar) {
  const { then, at, left } = bar.dataset;
  hear({ say: "", then, at, left: Number(left) });
  look();
  setInterval(look, Math.min(20000, lead / 4));
  addEventListener("pageshow", (event) => { if (event.persisted) ask(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && said) ask(); else look(); });
  form.addEventListener("submit", stay);
  form.addEventListener("mousedown", (event) => event.preventDefault());
  form.addEventListener("focusin", (event) => { before = event.relatedTarget; });
}
