// Where this set is: watched on duty and with consent only; for an alarm, and for a message that
// says so, looked up once.
import { at, post, say } from "./screen.js";

const EVERY = 20_000; // milliseconds between two positions that are sent
const FRESH = 60_000; // milliseconds that a position is good for
const ASKED = { enableHighAccuracy: true, maximumAge: FRESH, timeout: 30_000 };

const fields = ({ coords: { longitude, latitude, accuracy } }) => ({ longitude, latitude, accuracy });

export class Place {
  soon = Promise.resolve(null); // what the last look finds
  #found = null;
  #foundAt = 0;
  #sentAt = 0;
  #watch = 0;
  #onDuty = false;

  constructor(address, person) {
    this.address = address;
    const share = at("share");
    const consent = `yihu place ${person}`;
    share.checked = localStorage.getItem(consent) === "1";
    share.addEventListener("change", () => {
      localStorage.setItem(consent, share.checked ? "1" : "0");
      this.#follow();
    });
  }

  /** The position as it was found lately, as a form has it. */
  get latest() { return Date.now() - this.#foundAt < FRESH ? this.#found : null; }

  /** Look once; where the browser would ask the reader first, only if `asking`. */
  look(asking = true) {
    this.soon = this.#look(asking);
    return this.soon;
  }

  onDuty(now) {
    this.#onDuty = now;
    this.#follow();
  }

  async #look(asking) {
    if (!navigator.geolocation) return null;
    const allowed = await navigator.permissions?.query({ name: "geolocation" });
    if (!asking && allowed?.state !== "granted") return null;
    return new Promise((found) => {
      navigator.geolocation.getCurrentPosition((position) => found(this.#take(position)), () => found(null), ASKED);
    });
  }

  #take(position) {
    this.#foundAt = Date.now();
    return (this.#found = fields(position));
  }

  #follow() {
    navigator.geolocation?.clearWatch(this.#watch);
    const wanted = this.#onDuty && at("share").checked;
    at("place-state").textContent = say(wanted ? "place_on" : "place_off");
    if (!wanted) return;
    const refused = () => { at("place-state").textContent = say("place_refused"); };
    if (navigator.geolocation) this.#watch = navigator.geolocation.watchPosition((one) => this.#moved(one), refused, ASKED);
    else refused();
  }

  async #moved(position) {
    this.#take(position);
    if (Date.now() - this.#sentAt < EVERY) return;
    this.#sentAt = Date.now();
    const answer = await post(this.address, this.#found).catch(() => null);
    if (answer?.status === 403) {
      this.onDuty(false);
      at("place-state").textContent = (await answer.json()).words;
    }
  }
}
