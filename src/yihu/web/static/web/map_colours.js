// Colours of a map: a style is written in CSS, with our tokens; WebGL wants numbers.
const probe = document.createElement("i");
const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });

/** What a CSS colour is worth in this page's theme now, as rgba(). */
export function worth(colour) {
  probe.style.color = colour;
  document.body.append(probe);
  pen.clearRect(0, 0, 1, 1);
  pen.fillStyle = getComputedStyle(probe).color;
  probe.remove();
  pen.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
  return `rgba(${r},${g},${b},${a / 255})`;
}

/** A copy of a style, or of any part of one, with every token put in. */
export function coloured(part) {
  if (typeof part === "string") return part.includes("var(--") ? worth(part) : part;
  if (Array.isArray(part)) return part.map(coloured);
  if (part && typeof part === "object") {
    return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, coloured(value)]));
  }
  return part;
}

/** Calls back whenever the theme changes, by the system or by the reader. */
export function onTheme(change) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", change);
  new MutationObserver(change).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}
