/* Taking a call by keyboard: a number picks the kind and leads on to the place; places are
 * suggested while one types; what may be the same call, and what to be careful of, follows. */

import { collection, feature, point as pointAt } from "../web/map_shapes.js";

const NAMES_AFTER = 120; // milliseconds of rest before places are asked for

// --- a place by its name -------------------------------------------------------------------------

function spotOf(root) {
  const field = root.querySelector("[data-landmarks]");
  const list = root.querySelector(".landmarks");
  const status = root.querySelector("[role=status]");
  const point = root.querySelector(".spot-point");
  const hidden = (name) => root.querySelector(`[name="${name}"]`);
  const [landmark, longitude, latitude, accuracy] = ["landmark", "longitude", "latitude", "accuracy"].map(hidden);
  let found = [];
  let at = -1;
  let waits;
  let asked = 0;
  let seeking = false; // typed, and not yet answered
  let entered = false; // the first place is taken as soon as it is known

  const told = () => field.form.dispatchEvent(new CustomEvent("told"));

  function close() {
    list.hidden = true;
    at = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function mark(index) {
    at = index;
    [...list.children].forEach((row, n) => row.setAttribute("aria-selected", String(n === at)));
    const row = list.children[at];
    row?.scrollIntoView({ block: "nearest" });
    if (row) field.setAttribute("aria-activedescendant", row.id);
  }

  function put(x, y) {
    longitude.value = x ?? "";
    latitude.value = y ?? "";
    accuracy.value = "";
    point.hidden = longitude.value === "";
    const panel = document.querySelector("[data-map]")?.panel;
    panel?.set("pick", collection(point.hidden ? [] : [feature(pointAt([x, y]))]));
    if (!point.hidden) panel?.fit([[x, y]]);
  }

  function choose(index) {
    const place = found[index];
    if (!place) return;
    field.value = place.name;
    landmark.value = place.name;
    entered = false;
    put(place.longitude, place.latitude);
    close();
    told();
  }

  function show(places) {
    found = places;
    seeking = false;
    if (entered && places.length) return choose(0);
    entered = false;
    list.replaceChildren(...places.map((place, n) => {
      const row = document.createElement("li");
      row.id = `${field.id}-${n}`;
      row.setAttribute("role", "option");
      const name = document.createElement("b");
      name.textContent = place.name;
      const note = document.createElement("span");
      note.className = "muted small";
      note.textContent = [place.kind, place.note].filter(Boolean).join(" · ");
      row.append(name, note);
      row.addEventListener("pointerdown", (event) => {
        event.preventDefault();
        choose(n);
      });
      return row;
    }));
    list.hidden = !places.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    mark(places.length ? 0 : -1);
    status.textContent = places.length ? places.map(({ name }) => name).join("、") : root.dataset.none;
  }

  async function ask() {
    const number = ++asked;
    const near = longitude.value ? `${longitude.value},${latitude.value}` : "";
    const query = new URLSearchParams({ q: field.value, near });
    const answer = await fetch(`${root.dataset.url}?${query}`).catch(() => null);
    if (number !== asked) return;
    if (!answer?.ok || document.activeElement !== field) {
      seeking = entered = false;
      return;
    }
    show((await answer.json()).found);
  }

  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false" })) field.setAttribute(name, value);
  list.id = `${field.id}-list`;
  field.setAttribute("aria-controls", list.id);

  field.addEventListener("input", ({ isComposing }) => {
    clearTimeout(waits);
    if (landmark.value && !field.value.includes(landmark.value)) {
      landmark.value = "";
      put();
    }
    if (isComposing) return;
    seeking = Boolean(field.value.trim()) && !landmark.value;
    entered = false;
    if (seeking) waits = setTimeout(ask, NAMES_AFTER);
    else close();
  });
  field.addEventListener("compositionend", () => field.dispatchEvent(new InputEvent("input", { bubbles: true })));
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && seeking) {
      entered = true; // never sends a place that is half typed
      event.preventDefault();
    }
    if (list.hidden || seeking) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const by = event.key === "ArrowDown" ? 1 : -1;
      mark((at + by + found.length) % found.length);
    } else if (event.key === "Enter") choose(at);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  field.addEventListener("blur", close);
  point.querySelector("button").addEventListener("click", () => {
    put();
    told();
  });
  document.addEventListener("map:picked", () => {
    accuracy.value = "";
    point.hidden = false;
    told();
  });
  point.hidden = !longitude.value;
}

for (const root of document.querySelectorAll("[data-spot]")) spotOf(root);

// --- the call ------------------------------------------------------------------------------------

const form = document.getElementById("intake");
if (form) {
  const rules = JSON.parse(document.getElementById("rules").textContent);
  const kinds = document.getElementById("id_kind");
  const digits = "1234567890";
  const byKind = form.querySelector('[name="priority"][value=""]').closest("label").querySelector("span");
  const plain = byKind.textContent;

  function preset() {
    const [urgency] = rules[form.elements.kind.value] ?? [];
    const title = urgency && form.querySelector(`[name="priority"][value="${urgency}"]`).closest("label").textContent.trim();
    byKind.textContent = title ? form.dataset.preset.replace("…", title) : plain;
  }

  kinds.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (document.documentElement.dataset.keys === "off") return;
    const tile = digits.indexOf(event.key);
    const radio = tile < 0 ? null : kinds.querySelectorAll("input")[tile];
    if (!radio) return;
    event.preventDefault();
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    form.elements.place.focus();
  });
  form.addEventListener("change", ({ target }) => {
    if (target.name === "kind") preset();
    if (target.name === "same") form.elements.same_as.value = target.value;
    if (["kind", "words", "place"].includes(target.name)) form.dispatchEvent(new CustomEvent("told"));
  });
  preset();
  (form.querySelector("[aria-invalid]") ?? kinds.querySelector("input:checked") ?? kinds.querySelector("input")).focus({ preventScroll: true });
}
