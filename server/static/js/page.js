/* On every page.  A table that is wider than its box can be moved by keys, and says so to readers. */
const HOLDS = "a, button, input, select, textarea, summary, [tabindex]";

function letScroll() {
  for (const box of document.querySelectorAll(".scroll, figure, pre")) {
    if (box.scrollWidth > box.clientWidth && !box.querySelector(HOLDS)) box.tabIndex = 0;
  }
}

/* A form that came back stands at its page's own address: to load that again sends nothing again. */
const at = document.querySelector('meta[name="at"]');
if (at) history.replaceState(null, "", at.content);

/* What is wrong with the field that has the focus is in sight, below it. */
document.querySelector(".wrong[id]")?.scrollIntoView({ block: "nearest" });

letScroll();
addEventListener("resize", letScroll);
