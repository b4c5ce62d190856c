// Drawing on a map by hand: a ring around units, or one position. Escape lets go of either.
import { collection, feature, point } from "./map_shapes.js";

const FEW = 4; // corners; a ring of fewer was a click

export class Hand {
  #panel;
  #canvas;
  #doing = "";
  #ring = null;

  constructor(panel) {
    this.#panel = panel;
    const { element } = panel;
    this.#canvas = element.querySelector(".map-canvas");
    this.#canvas.addEventListener("pointerdown", (event) => this.#down(event), { capture: true });
    this.#canvas.addEventListener("pointermove", (event) => this.#move(event), { capture: true });
    this.#canvas.addEventListener("pointerup", () => this.#up(), { capture: true });
    this.#canvas.addEventListener("pointercancel", () => this.let(), { capture: true });
    element.addEventListener("keydown", (event) => this.#key(event));
    if (element.dataset.pick) this.take("pick");
  }

  get busy() {
    return Boolean(this.#doing);
  }

  take(what) {
    this.#doing = this.#doing === what && what !== "pick" ? "" : what;
    this.#show();
  }

  let() {
    this.#ring = null;
    this.#doing = this.#panel.element.dataset.pick ? "pick" : "";
    this.#panel.map?.dragPan.enable();
    this.#show();
  }

  #show() {
    const { element } = this.#panel;
    element.dataset.hand = this.#doing;
    const button = element.querySelector("[data-do=lasso]");
    if (button) button.ariaPressed = String(this.#doing === "lasso");
  }

  #at(event) {
    const box = this.#canvas.getBoundingClientRect();
    return this.#panel.map.unproject([event.clientX - box.left, event.clientY - box.top]).toArray();
  }

  #down(event) {
    if (this.#doing !== "lasso" || !event.isPrimary || !this.#panel.map) return;
    this.#panel.map.dragPan.disable();
    this.#ring = [this.#at(event)];
  }

  #move(event) {
    if (!this.#ring || !event.isPrimary) return;
    this.#ring.push(this.#at(event));
    const line = { type: "LineString", coordinates: this.#ring };
    this.#panel.set("area", collection([feature(line)]));
  }

  #up() {
    const ring = this.#ring;
    if (!ring) return;
    this.let();
    if (ring.length < FEW) this.#panel.unselect();
    else this.#panel.select([...ring, ring[0]]);
  }

  /** Where a position is picked, a click picks it; asked by the panel. */
  picked([longitude, latitude]) {
    const [x, y] = [longitude, latitude].map((degrees) => Number(degrees.toFixed(6)));
    this.#panel.set("pick", collection([feature(point([x, y]))]));
    const fields = (this.#panel.element.dataset.pick || "").split(" ").map((name) => name && document.querySelector(name));
    if (fields.length === 2 && fields.every(Boolean)) {
      for (const [field, value] of [[fields[0], x], [fields[1], y]]) {
        field.value = value;
        field.dispatchEvent(new Event("change", { bubbles: true }));
      }
    }
    this.#panel.tell("picked", { longitude: x, latitude: y });
    if (!this.#panel.element.dataset.pick) this.let();
  }

  get picks() {
    return this.#doing === "pick";
  }

  #key(event) {
    if (event.key === "Escape") {
      this.let();
      this.#panel.unselect();
    } else if (event.key === "Enter" && this.picks && this.#canvas.contains(event.target) && this.#panel.map) {
      event.preventDefault();
      this.picked(this.#panel.map.getCenter().toArray());
    }
  }
}
