/* The wall screen: one picture after the other; a key or a touch goes on at once. */
const SHOWN = 15000;
const slides = [...document.querySelectorAll(".slide")];

function next() {
  const at = slides.findIndex((each) => !each.hidden);
  slides[at].hidden = true;
  slides[(at + 1) % slides.length].hidden = false;
}

setInterval(next, SHOWN);
addEventListener("keydown", (event) => { if (event.key === "ArrowRight" || event.key === " ") next(); });
document.querySelector(".slides").addEventListener("click", next);
