/* Lists walked by keyboard.
 *
 *   <tbody data-rows>                     a list; data-rows="#panel" names where its moves stand
 *     <tr data-row tabindex="0">          a row; one row of a list can be tabbed to
 *       <a href="…" data-open>            what Enter opens
 *   <button data-key="c">                 pressed by c, in the row or in the list's panel, or
 *                                         within the [data-keyed] around the list
 *
 * j, k, ↑, ↓, Home, End walk. A single key does something only while the list or its panel has
 * focus, never while an input method composes or a field is being typed in, never with a
 * modifier, and not at all where the reader switched it off (WCAG 2.1.4); arrows and Enter stay.
 */

const TYPED_IN = "input, textarea, select, [contenteditable]";
const STEPS = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 };

const singleKeysOff = () => document.documentElement.dataset.keys === "off";
const rowsOf = (list) => [...list.querySelectorAll("[data-row]")];

/** The list that an element stands in, or whose panel it stands in. */
function listOf(element) {
  const inside = element.closest("[data-rows]");
  if (inside) return inside;
  return [...document.querySelectorAll("[data-rows]")].find((list) =>
    list.dataset.rows && element.closest(list.dataset.rows)) ?? null;
}

function focusRow(list, row) {
  for (const other of rowsOf(list)) other.tabIndex = other === row ? 0 : -1;
  row.focus();
  row.scrollIntoView({ block: "nearest" });
}

function walk(list, row, key) {
  const rows = rowsOf(list);
  const at = rows.indexOf(row);
  const to = key === "Home" ? 0 : key === "End" ? rows.length - 1 : at + STEPS[key];
  const next = rows[Math.max(0, Math.min(rows.length - 1, to))];
  if (next) focusRow(list, next);
}

/** What a single key presses: in the focused row first, else in the list's panel, else beside it. */
function pressedBy(key, list, row) {
  const panel = list.dataset.rows && document.querySelector(list.dataset.rows);
  const places = [row, panel, list.closest("[data-keyed]")];
  for (const place of places) {
    const found = place?.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (found) return found;
  }
  return null;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.keyCode === 229) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches(TYPED_IN)) return;
  const list = listOf(event.target);
  if (!list) return;

  const { key } = event;
  const row = event.target.closest("[data-row]");
  if (key.length === 1 && singleKeysOff()) return;
  if (key in STEPS || key === "Home" || key === "End") {
    walk(list, row ?? list.querySelector('[data-row][tabindex="0"]'), key);
  } else if (key === "Enter" && event.target === row) {
    row.querySelector("[data-open]")?.click();
  } else if (key.length === 1 && key !== " ") {
    const pressed = pressedBy(key, list, row);
    if (!pressed) return;
    pressed.click();
  } else {
    return;
  }
  event.preventDefault();
});

/** Keep exactly one row of each list within reach of Tab, also after htmx changed the list. */
function tidy(root) {
  const lists = new Set([...root.querySelectorAll("[data-rows]"), ...[root.closest?.("[data-rows]")].filter(Boolean)]);
  for (const list of lists) {
    const rows = rowsOf(list);
    const first = rows.find((row) => row.tabIndex === 0) ?? rows[0];
    for (const row of rows) row.tabIndex = row === first ? 0 : -1;
  }
}

document.addEventListener("htmx:afterSettle", (event) => tidy(event.target));
tidy(document);
