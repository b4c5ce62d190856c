/* The list's right-hand pane. Without this file every link and form still works as a page. */

const WIDE = matchMedia("(min-width: 75rem)");
const pane = document.getElementById("pane");
const inList = () => document.getElementById("list") !== null;

function mark(reference) {
  for (const row of document.querySelectorAll("[data-matter]")) {
    if (row.dataset.matter === reference) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-pane]");
  if (!link || !inList() || !WIDE.matches) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button) return;
  event.preventDefault();
  mark(link.closest("[data-matter]")?.dataset.matter);
  window.htmx.ajax("GET", link.getAttribute("href"), { target: "#pane", swap: "innerHTML" });
});

/* A refusal or a conflict comes back as the pane to show, with what was typed in it. */
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target?.id !== "pane") return;
  if ([409, 422].includes(detail.xhr.status)) {
    detail.shouldSwap = true;
    detail.isError = false;
  }
});

/* Say where we are: the first error, else the heading; and keep the list's mark. */
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.id === "list") return mark(pane?.querySelector("[data-reference]")?.dataset.reference);
  if (target.id !== "pane") return;
  pane.scrollTop = 0;
  const place = target.querySelector("[aria-invalid], [role=alert], .notice.soon") ? target : target.querySelector("h1");
  place?.focus({ preventScroll: true });
});

/* A form that was asked for is there to be filled in: what is wrong first, else what is empty
   and must not be. */
function startIn(form) {
  const fields = [...form.querySelectorAll("input:not([type=hidden]), select, textarea")];
  const chosen = (field) => field.type === "radio" && (!field.required || form.querySelector(`[name="${field.name}"]:checked`));
  (form.querySelector("[aria-invalid]") ?? fields.find((field) => !chosen(field)))?.focus();
}

document.addEventListener("toggle", ({ target }) => {
  if (target.open && target.matches("details.deed")) startIn(target);
}, true);

document.addEventListener("click", ({ target }) => {
  const heading = target.closest(".next > h2[data-key]");
  if (heading) startIn(heading.parentElement);
});

/* A sentence that is chosen stands in the words, to be changed; words of one's own stay. */
document.addEventListener("change", ({ target }) => {
  const words = target.form?.elements.words;
  const sentences = [...target.closest(".tiles")?.querySelectorAll(".prepared") ?? []];
  if (!words || !sentences.length) return;
  const own = words.value.trim() && sentences.every((sentence) => sentence.textContent !== words.value);
  if (!own) words.value = target.closest("label").querySelector(".prepared")?.textContent ?? "";
});

/* Where a keyboard on the screen covers the page instead of shortening it, what sticks to the
   bottom sticks above it. */
visualViewport?.addEventListener("resize", () => {
  const covered = Math.max(0, innerHeight - visualViewport.height - visualViewport.offsetTop);
  document.documentElement.style.setProperty("--keys-height", `${Math.round(covered)}px`);
});

pane?.querySelector("[aria-invalid]")?.focus();
