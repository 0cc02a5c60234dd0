// The station's screen.  It is told what changed, counts the seconds of a hold, and says so when
// it hears nothing any more.  Nothing moves that did not change.
"use strict";

const CUT_AFTER = 6000; // ms without a word from the kiosk's program
let offset = Number(document.body.dataset.now) - performance.now() / 1000; // station's clock
let heard = performance.now();
let counting = 0;

function take(parts) {
  for (const [name, value] of Object.entries(parts)) {
    if (name === "mood" || name === "edge") document.body.dataset[name] = value;
    else document.getElementById(name).innerHTML = value;
  }
}

// Show the seconds left, and look again when the next one has gone.
function count() {
  clearTimeout(counting);
  const ring = document.querySelector(".ring");
  if (!ring) return;
  const left = Math.max(0, Number(ring.dataset.until) - performance.now() / 1000 - offset);
  const seconds = Math.ceil(left);
  const gone = 100 - (100 * seconds) / Number(ring.dataset.whole);
  ring.querySelector("b").textContent = seconds;
  ring.querySelector(".left").setAttribute("stroke-dashoffset", Math.max(0, gone));
  ring.classList.toggle("late", seconds <= 5);
  if (left > 0) counting = setTimeout(count, Math.max(50, (left - seconds + 1) * 1000));
}

function hear() {
  heard = performance.now();
  document.getElementById("cut").hidden = true;
}

function listen() {
  const stream = new EventSource("/stream");
  stream.addEventListener("hello", (event) => {
    hear();
    if (JSON.parse(event.data).build !== document.body.dataset.build) location.reload();
  });
  stream.addEventListener("change", (event) => {
    const told = JSON.parse(event.data);
    hear();
    offset = told.now - performance.now() / 1000;
    take(told.parts);
    count();
  });
  stream.addEventListener("beat", hear);
  stream.addEventListener("error", () => {
    // A stream that was refused for good (too many screens) is not tried again by the browser.
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 2000);
  });
}

setInterval(() => {
  if (performance.now() - heard > CUT_AFTER) document.getElementById("cut").hidden = false;
}, 1000);
count();
listen();
