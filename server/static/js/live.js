/* A page that refreshes itself: what changed is put in its place, and nothing else moves.
   Without this script the page is as it was loaded.  It rests when nobody has touched it for half an
   hour, so that a log-in still ends by itself; a screen on the wall never does (data-watch). */
const REST = 30 * 60 * 1000;
const state = document.querySelector("[data-refresh]");
let touched = Date.now();

for (const act of ["pointerdown", "keydown", "scroll"]) {
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
    const answer = await fetch(location.href, { redirect: "error", headers: { "X-Live": "1" } });
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
