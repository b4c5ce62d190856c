// The recommendation is replaced every few seconds: what was unfolded stays so, and the line or box
// that has the focus keeps it.
let unfolded = [], focused = "";

document.body.addEventListener("htmx:beforeSwap", ({ target }) => {
  if (target.id !== "advice") return;
  unfolded = [...target.querySelectorAll("details[open]")].map(({ id }) => id);
  const { activeElement: at } = document;
  const line = target.contains(at) && at.closest("[data-unit]");
  if (!line) focused = target.contains(at) && at.id ? `#${at.id}` : "";
  else focused = `[data-unit="${line.dataset.unit}"]${at === line ? "" : ` ${at.localName}[name="${at.name}"]`}`;
});

document.body.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target.id !== "advice") return;
  const now = document.getElementById("advice");
  for (const id of unfolded) now.querySelector(`#${id}`)?.setAttribute("open", "");
  if (focused) now.querySelector(focused)?.focus();
});
