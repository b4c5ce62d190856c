// Talking: the press, the question for the floor, what the floor answers, and the end of it.
import { at, isRead, say, show, tell } from "./screen.js";
import { Speech } from "./speech.js";

const TOO_LONG = 2; // the cause of Floor Revoke in TS 24.380
const ANSWERED_WITHIN = 2000; // milliseconds that a short word waits for the floor
const HOT = 10; // seconds that the microphone stays open after an alarm
const [PERMIT, END, DENIED] = [880, 440, 220]; // hertz

export class Talk {
  pressed = false;
  #mine = null; // the Speech that is being spoken here
  #hot = 0; // the timer of an alarm's open microphone
  #connected = false;
  over = Promise.resolve(); // once the last speech has gone out

  /** @param showFloor shows who talks, once nothing of ours is to be shown */
  constructor({ line, sound, microphone, speaker, shelf, showFloor }) {
    Object.assign(this, { line, sound, microphone, speaker, shelf, showFloor });
    microphone.onpacket = (opus) => this.#mine?.add(opus);
    line.addEventListener("Floor Granted", ({ detail }) => this.#granted(detail));
    line.addEventListener("Floor Queue Position Info", ({ detail }) => this.#waits(detail));
    line.addEventListener("Floor Deny", ({ detail }) => this.#ends(detail, "denied"));
    line.addEventListener("Floor Revoke", ({ detail }) => {
      if (this.#mine?.group === detail.group) line.say("Floor Release", { group: detail.group });
      this.#ends(detail, detail.cause === TOO_LONG ? "toolong" : "cut");
    });
    line.addEventListener("Refused", ({ detail: { code } }) => {
      if (code === "not_your_group" && this.#mine && !this.#mine.stream) this.#ends(this.#mine, "denied");
    });
    line.addEventListener("Welcome", () => { this.#connected = true; });
    line.addEventListener("lost", () => {
      this.#connected = false;
      if (this.#mine) this.#keepOn();
    });
  }

  get busy() { return this.pressed || this.#mine !== null; }

  /** Ask for the floor of a group and open the microphone. */
  async press(group, level = "normal") {
    if (this.pressed) return;
    this.#pressed(true);
    try {
      await Promise.all([this.speaker.open(), this.microphone.open(), this.over]);
    } catch (fault) {
      this.release();
      tell(say(fault instanceof DOMException ? "nomic" : "cannot"), this.showFloor);
      return;
    }
    if (!this.pressed) return; // let go while the browser asked
    this.#mine = new Speech(this.line, group, level);
    this.speaker.end(); // a set that talks does not hear
    this.microphone.begin();
    if (this.#connected) {
      show("asking", say("asking"));
      this.line.say("Floor Request", { group, level });
    } else this.#keepOn();
  }

  release() {
    clearInterval(this.#hot);
    this.#pressed(false);
    if (this.#mine) this.over = this.#finish(this.#mine);
    else this.showFloor();
  }

  /** After an alarm: the microphone stays open, with nobody's finger on anything. */
  async openMicrophone(group) {
    if (this.busy) this.release();
    await this.over;
    await this.press(group, "emergency");
    let left = HOT;
    const count = () => {
      if (!this.pressed) clearInterval(this.#hot);
      else if (left <= 0) this.release();
      else show("mine", say("hot", { seconds: left-- }));
    };
    clearInterval(this.#hot);
    this.#hot = setInterval(count, 1000);
    count();
  }

  #pressed(now) {
    this.pressed = now;
    at("talk").ariaPressed = String(now);
  }

  /** Without a line speech is kept, and sent once there is one. */
  #keepOn() {
    this.#mine.cut();
    show("cut", say("kept"));
  }

  async #finish(speech) {
    await this.microphone.end(); // the last syllable goes out first
    await Promise.race([speech.answered, new Promise((done) => setTimeout(done, ANSWERED_WITHIN))]);
    if (this.#mine !== speech) return; // it was taken meanwhile
    this.#mine = null;
    const left = speech.end();
    this.line.say("Floor Release", { group: speech.group });
    if (speech.stream) this.sound.tone(END);
    if (left) await this.shelf.keep(left).catch(() => tell(say("unkept"), this.showFloor));
    if (isRead()) this.showFloor();
  }

  #granted(detail) {
    if (detail.group !== this.#mine?.group || this.#mine.stream) return;
    this.#mine.granted(detail);
    this.sound.tone(PERMIT);
    if (this.pressed) show("mine", say("mine"));
  }

  #waits({ group, position }) {
    if (this.#mine?.group !== group || !position) return;
    this.#mine.waits();
    show("asking", say("waiting", { place: position }));
  }

  #ends({ group }, why) {
    if (this.#mine?.group !== group) return;
    this.#mine = null;
    clearInterval(this.#hot);
    this.#pressed(false);
    this.over = this.microphone.end();
    this.sound.tone(DENIED);
    tell(say(why), this.showFloor);
  }
}
