// What a map shows, fetched again and again while it is shown: each source has an address, and how
// many seconds what it said holds. A page that nobody sees asks for nothing.
import { collection } from "./map_shapes.js";

const TICK = 1000; // milliseconds between two looks at what is due
const UNCHANGED = 204;
const MINUTE = 60_000;
const AGES = 15_000; // milliseconds between two looks at how old positions are

export class Feed {
  #sources;
  #changed;
  #isThere;
  #timers;
  #followed = new Set();
  #due = {};
  #asked = {};

  /** `sources`: {layer: {url, every}}; `changed` is called with a layer whose data is new; once
   * `isThere` says no, all of it ends. */
  constructor(sources, { changed, isThere }) {
    this.#sources = sources;
    this.#changed = changed;
    this.#isThere = isThere;
    this.data = {};
    this.#timers = [setInterval(() => this.#tick(), TICK), setInterval(() => this.#age(), AGES)];
    document.addEventListener("visibilitychange", () => this.#tick());
  }

  follow(layer, on) {
    if (!on) this.#followed.delete(layer);
    else if (!this.#followed.has(layer)) {
      this.#followed.add(layer);
      this.#due[layer] = 0;
      this.#tick();
    }
  }

  /** Fetch a layer now; what did not change is not sent. Kept as it was where nobody answers. */
  fetch(layer) {
    this.#asked[layer] ??= this.#fetch(layer).finally(() => delete this.#asked[layer]);
    return this.#asked[layer];
  }

  async #fetch(layer) {
    const source = this.#sources[layer];
    if (!source) return;
    this.#due[layer] = source.every ? performance.now() + source.every * 1000 : Infinity;
    try {
      const address = new URL(source.url, location);
      if (source.seen) address.searchParams.set("seen", source.seen);
      const answer = await fetch(address);
      if (answer.status === UNCHANGED) return;
      if (!answer.ok || answer.redirected) throw new Error(answer.status);
      const told = await answer.json();
      source.seen = told.digest;
      source.ago = told.ago;
      this.data[layer] = this.#aged(layer, told);
      this.#changed(layer);
    } catch {
      this.#due[layer] = performance.now() + 5 * TICK;
    }
  }

  #tick() {
    if (!this.#isThere()) return this.#timers.forEach(clearInterval);
    if (document.hidden) return;
    for (const layer of this.#followed) if (performance.now() >= this.#due[layer]) this.fetch(layer);
  }

  #age() {
    for (const [layer, data] of Object.entries(this.data)) {
      if (!data.features.some(({ properties }) => properties.at)) continue;
      this.data[layer] = this.#aged(layer, data);
      this.#changed(layer);
    }
  }

  /** With how old each position is, in minutes and in words. */
  #aged(layer, { features }) {
    const words = this.#sources[layer].ago;
    return collection(features.map((one) => {
      const { at } = one.properties;
      const age = at ? Math.max(0, Math.floor((Date.now() - Date.parse(at)) / MINUTE)) : 0;
      const ago = at && age >= 1 ? words.replace("{n}", age) : "";
      return { ...one, properties: { ...one.properties, age, ago } };
    }));
  }
}
