/* A declaration is kept on the phone until the server has it: first kept, then sent, then forgotten.
   Each has an id made here, so that sending it twice is harmless. */
const KEY = "ghepmau-declarations";
const AGAIN_MS = 15000;
const LONGEST_MS = 30000; // a network that does not answer is away
const kept = document.getElementById("kept");
const form = document.querySelector("form[method=post]");
const words = kept.dataset;
/* What can be right; the server's own rules are narrower.  Said at once: off-line it would be too late. */
const LIKELY = { name: /\S\s+\S/, birth: /(19|20)\d\d$/, phone: /^\d{9,}/ };
let sending = false;
let next = ""; // filled in while another was on its way
let given = false; // this page's form was sent: a second press is no second declaration

function load() {
  try { return JSON.parse(localStorage.getItem(KEY)) || []; } catch { return []; }
}
function save(list) {
  localStorage.setItem(KEY, JSON.stringify(list));
}
function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = Array.from(bytes, (each) => each.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}

function say(...lines) {
  kept.replaceChildren(...lines.map((line) => {
    const p = document.createElement("p");
    p.setAttribute("role", "status");
    p.textContent = line;
    return p;
  }));
  kept.hidden = !lines.length;
}

async function post(each) {
  const body = `${each.body}&waited_ms=${Math.max(0, Date.now() - each.at)}`;
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), LONGEST_MS);
  const answer = await fetch(`/api/v1/declarations/${each.code}`, {
    method: "POST", body, credentials: "same-origin", signal: patience.signal,
    headers: { "Content-Type": "application/x-www-form-urlencoded", "X-Ghepmau-Phone": "1" },
  }).finally(() => clearTimeout(timer));
  if (answer.status >= 500 || [408, 429].includes(answer.status)) throw new Error("later");
  const said = await answer.json();
  if (said.code === "just-changed") throw new Error("later");
  return { ok: answer.ok, said };
}

/* Send what is kept, oldest first.  `mine` is the id of what was just filled in, if any. */
async function send(mine) {
  if (sending) { next = mine || next; return; }
  sending = true;
  let sent = 0;
  let done = "";
  try {
    for (const each of load()) {
      const { ok, said } = await post(each);
      save(load().filter((other) => other.id !== each.id));
      if (!ok) { refuse(each, said, mine); continue; }
      sent += 1;
      done = said.next;
      if (each.id === mine) { location.assign(said.next); return; }
    }
    if (sent) { say(words.sent); offer(done); }
  } catch {
    say(...(mine ? [words.away] : []), `${words.waiting} ${load().length}`);
    if (mine) startAnew();
  } finally {
    sending = false;
  }
  const waiting = next;
  next = "";
  if (waiting) send(waiting);
}

function refuse(each, said, mine) {
  const message = document.documentElement.lang === "en" ? said.message_en : said.message;
  const fields = Object.values(said.fields || {});
  if (each.id === mine) {
    given = false;
    const wrong = blame(said.fields || {});
    if (wrong) { say(message); wrong.scrollIntoView(); return; }
  }
  say(each.id === mine ? message : `${words.refused} ${message}`, ...fields);
  kept.scrollIntoView();
}

/* All screens stand below each other, as in the plain form, and those that are wrong say so.
   Return the first of these: whoever is at the last screen need not go back one by one. */
function blame(fields) {
  for (const [name, sentence] of Object.entries(fields)) {
    const step = form.querySelector(`[name="${CSS.escape(name)}"]`)?.closest(".step");
    if (step) complain(step, sentence);
  }
  const first = form.querySelector(".first");
  if (first) form.querySelector(".step").before(first);
  const wrong = form.querySelector(".wrong.here")?.closest(".step");
  if (wrong) form.classList.add("all");
  return wrong;
}

function lead(to, sentence, look) {
  const link = document.createElement("a");
  link.className = look;
  link.href = to;
  link.textContent = sentence;
  kept.append(link);
  kept.scrollIntoView();
}

/* What was kept is sent: now there is a card to keep. */
function offer(done) {
  lead(done, words.card, "button");
}

function startAnew() {
  form.hidden = true;
  lead(`/d/${words.code}`, words.again, "button quiet");
}

function complain(step, sentence) {
  step.querySelector(".wrong.here")?.remove();
  const p = document.createElement("p");
  p.className = "wrong here";
  p.setAttribute("role", "alert");
  p.textContent = sentence;
  step.querySelector(":scope > h1").after(p);
}

/* Say what is missing on a screen, '' for nothing: the server checks the rest. */
function missing(step) {
  const picks = [...step.querySelectorAll(".pick input")];
  if (picks.length && !picks.some((each) => each.checked)) return words.choose;
  const must = step.querySelector("[name=name], [name=birth], [name=phone]");
  if (!must) return "";
  const typed = must.value.trim();
  if (!typed) return words.fill;
  return LIKELY[must.name].test(typed.replace(must.name === "phone" ? /\D/g : "", "")) ? "" : words[must.name];
}

document.addEventListener("click", (event) => {
  const next = event.target.closest("a.next");
  if (!next) return;
  const step = next.closest(".step");
  const why = missing(step);
  if (!why) { step.querySelector(".wrong.here")?.remove(); return; }
  event.preventDefault();
  complain(step, why);
});

window.addEventListener("hashchange", () => {
  window.scrollTo(0, 0);
  document.querySelector(".step:target :is(input, a.button)")?.focus({ preventScroll: true });
});

/* "None of these" and a sign exclude each other. */
form.addEventListener("change", (event) => {
  const box = event.target;
  if (box.type !== "checkbox" || !box.checked) return;
  form.querySelectorAll(`input[name="${CSS.escape(box.name)}"]`).forEach((other) => {
    if (other !== box && (box.value === "none" || other.value === "none")) other.checked = false;
  });
});

/* The key "next" of a phone's keyboard goes to the next screen, and sends only on the last. */
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches("input")) return;
  const next = event.target.closest(".step")?.querySelector("a.next");
  if (!next || form.classList.contains("all")) return;
  event.preventDefault();
  next.click();
});

form.addEventListener("submit", (event) => {
  const step = event.submitter?.closest(".step");
  if (given) { event.preventDefault(); return; }
  if (step && missing(step)) { event.preventDefault(); complain(step, missing(step)); return; }
  const fields = new FormData(form);
  const id = newId();
  fields.set("id", id);
  fields.delete("csrf_token");
  try {
    save([...load(), { id, code: words.code, at: Date.now(), body: new URLSearchParams(fields).toString() }]);
  } catch {
    return; // nothing can be kept on this phone: the plain form sends it
  }
  event.preventDefault();
  given = true;
  say(words.sending);
  send(id);
});

window.addEventListener("online", () => send());
setInterval(() => { if (load().length) send(); }, AGAIN_MS);
if (load().length) send();

/* The worker opens this page without a network; what came before it was there is kept here. */
async function keepPage() {
  await navigator.serviceWorker.register("/d/worker.js");
  if (navigator.serviceWorker.controller || location.search) return;
  const parts = [...document.querySelectorAll("link[rel=stylesheet], script[src]")].map((each) => each.href || each.src);
  await (await caches.open("ghepmau-phone-1")).addAll([location.pathname, ...parts]);
}
if (navigator.serviceWorker) keepPage().catch(() => {});
