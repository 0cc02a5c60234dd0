/* A page that refreshes itself: what changed is put in its place, and nothing else moves.
   Without this script the page is as it was loaded.  It rests when nobody has touched it for half an
   hour, and what it asks for alone keeps no log-in; a screen on the wall never rests (data-watch). */
const REST = 30 * 60 * 1000;
const state = document.querySelector("[data-refresh]");
let touched = Date.now();
let asked = touched;

for (const act of ["pointerdown", "keydown", "wheel"]) {
  addEventListener(act, () => { touched = Date.now(); }, { passive: true });
}

function busy() {
  const at = document.activeElement;
  return document.hidden || (at && at.closest("form.filter, form.stack"));
}

export async function refresh() {
  const told = state.querySelector(".lost");
  if (!("watch" in state.dataset) && Date.now() - touched > REST) {
    told.textContent = told.dataset.resting;
    return;
  }
  if (busy()) return;
  try {
    const live = "watch" in state.dataset ? "watch" : touched > asked ? "touched" : "alone";
    asked = Date.now();
    const answer = await fetch(location.href, { redirect: "error", headers: { "X-Live": live } });
    if (!answer.ok) throw new Error(String(answer.status));
    place(new DOMParser().parseFromString(await answer.text(), "text/html"));
    told.textContent = "";
  } catch {
    told.textContent = told.dataset.lost;
  }
}

function place(fresh) {
  for (const old of document.querySelectorAll("[data-live]")) {
    const now = fresh.querySelector(`[data-live="${old.dataset.live}"]`);
    if (!now) continue;
    for (const each of now.querySelectorAll("details[id]")) {
      each.open = document.getElementById(each.id)?.open ?? each.open;
    }
    if (old.innerHTML === now.innerHTML || old.contains(document.activeElement)) continue;
    old.replaceChildren(...now.childNodes);
  }
}

if (state) setInterval(refresh, Number(state.dataset.refresh) * 1000);
