// The alarm: kept in this browser under its own key and sent until the web server has answered
// that it is durable. Nothing here is waited for by the link to 110.
import { hold } from "./hold.js";
import { at, newKey, post, say } from "./screen.js";

const KEPT = "yihu alarm";
const [FIRST, LONGEST] = [1000, 8000]; // milliseconds between two tries
const PATIENCE = 10_000; // milliseconds until a try that is not answered has failed
const SHOWN = 3600_000; // milliseconds that an answer stands on the page

export class Alarm {
  #waiting = 0;
  #tries = 0;
  #sending = false;

  /** @param place gives the latest position or null; @param onheld opens the microphone */
  constructor({ address, located, person, place, onheld }) {
    Object.assign(this, { address, located, person, place, onheld });
    hold(at("sos"), {
      begin: () => { at("alarmed").textContent = ""; place.look(false); },
      count: (seconds) => {
        at("count").textContent = seconds;
        at("alarmed").textContent = say("hold", { seconds });
      },
      cancel: () => this.#idle(say("cancelled")),
      held: () => this.#held(),
    });
    addEventListener("online", () => this.#send());
    this.#show(this.#kept);
    this.#send();
  }

  get #kept() {
    const kept = JSON.parse(localStorage.getItem(KEPT));
    return kept?.person === this.person ? kept : null;
  }

  #keep(more) {
    const kept = { ...this.#kept, ...more };
    localStorage.setItem(KEPT, JSON.stringify(kept));
    return kept;
  }

  #held() {
    this.#idle("");
    if (!this.#kept || this.#kept.reference) {
      localStorage.setItem(KEPT, JSON.stringify({ key: newKey(), person: this.person, at: new Date().toISOString() }));
    } // one that is still on its way stays the same one
    this.#tries = 0;
    this.place.look();
    this.#send();
    this.onheld();
  }

  async #send() {
    const alarm = this.#kept;
    if (!alarm || alarm.reference || this.#sending) return;
    clearTimeout(this.#waiting);
    this.#sending = true;
    this.#tries++;
    if (this.#tries === 1) at("alarmed").textContent = say("sending", { tries: 1 });
    const { key, at: when } = alarm;
    try {
      const answer = await within(PATIENCE, post(this.address, { key, at: when, ...this.place.latest }));
      await this.#answered(answer);
    } catch {
      at("alarmed").textContent = say("unreachable", { tries: this.#tries });
      this.#again();
    } finally {
      this.#sending = false;
    }
  }

  async #answered(answer) {
    if (answer.ok) {
      const { reference, time, located } = await answer.json();
      this.#show(this.#keep({ reference, time, heard: Date.now() }));
      if (!located) this.#tellPlace(reference);
    } else if (answer.type === "opaqueredirect" || answer.status === 403) {
      at("alarmed").textContent = say("signed_out");
      this.#again();
    } else if (answer.status === 409) {
      at("alarmed").textContent = (await answer.json()).words;
      localStorage.removeItem(KEPT);
    } else throw new Error("not taken");
  }

  #again() {
    const pause = Math.min(FIRST * 2 ** (this.#tries - 1), LONGEST);
    this.#waiting = setTimeout(() => this.#send(), pause);
  }

  /** It went out before there was a position: that follows. */
  async #tellPlace(reference) {
    const found = await this.place.soon;
    if (!found) return;
    const address = this.located.replace("REFERENCE", reference);
    await post(address, { key: newKey(), ...found }).catch(() => {});
  }

  #show(alarm) {
    if (!alarm?.reference || Date.now() - alarm.heard > SHOWN) return;
    this.#idle(say("acknowledged", alarm));
  }

  #idle(text) {
    at("count").textContent = "";
    at("alarmed").textContent = text;
  }
}

const within = (milliseconds, promise) => Promise.race([
  promise,
  new Promise((_, late) => setTimeout(() => late(new Error("late")), milliseconds)),
]);
