/* On every page: a table that is wider than its box can be moved by keys, and says so to readers. */
const HOLDS = "a, button, input, select, textarea, summary, [tabindex]";

function letScroll() {
  for (const box of document.querySelectorAll(".scroll, figure, pre")) {
    if (box.scrollWidth > box.clientWidth && !box.querySelector(HOLDS)) box.tabIndex = 0;
  }
}

letScroll();
addEventListener("resize", letScroll);
