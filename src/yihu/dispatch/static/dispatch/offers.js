// The recommendation and the waves are replaced every few seconds: what was unfolded stays so, and
// the line or box that has the focus keeps it.
const PANELS = ["advice", "waves"];
let unfolded = [], focused = "";

document.body.addEventListener("htmx:beforeSwap", ({ target }) => {
  if (!PANELS.includes(target.id)) return;
  unfolded = [...target.querySelectorAll("details[open]")].map(({ id }) => id);
  const { activeElement: at } = document;
  const line = target.contains(at) && at.closest("[data-unit]");
  if (!line) focused = target.contains(at) ? byItself(at) : "";
  else focused = `[data-unit="${line.dataset.unit}"]${at === line ? "" : ` ${at.localName}[name="${at.name}"]`}`;
});

/** How to find it again: by its own name, or that of what it unfolds. */
function byItself(at) {
  if (at.localName === "summary") return `#${at.parentElement.id} > summary`;
  return at.id ? `#${at.id}` : "";
}

document.body.addEventListener("htmx:afterSwap", ({ target }) => {
  if (!PANELS.includes(target.id)) return;
  const now = document.getElementById(target.id);
  for (const id of unfolded) now.querySelector(`#${id}`)?.setAttribute("open", "");
  if (focused) now.querySelector(focused)?.focus();
});
