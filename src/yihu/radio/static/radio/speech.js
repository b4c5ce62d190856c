// One burst being spoken: it waits for the floor, goes up the line, and what the line does not
// take is kept, to be sent later as stored voice.
import { joined } from "./packets.js";

const FRAME = 20; // milliseconds of a packet of the microphone
const UNSURE = 2000 / FRAME; // packets that went out just before the line broke, and may be lost
const LONGEST = 60_000 / FRAME;

export class Speech {
  stream = 0; // 0 until the floor is granted
  answered; // settled once the relay has said something to the request
  #line;
  #together = 1; // packets in one frame
  #sent = 0; // frames
  #waits = []; // packets that have not gone out yet
  #latest = []; // and those that have, lately
  #given = 0;
  #cut = false;

  constructor(line, group, level = "normal") {
    Object.assign(this, { group, level, began: Date.now() });
    this.#line = line;
    this.answered = new Promise((settle) => { this.waits = settle; });
  }

  /** A packet from the microphone. */
  add(opus) {
    if (this.#waits.length >= LONGEST) return;
    this.#given++;
    this.#waits.push(opus);
    if (this.stream && !this.#cut) this.#send(this.#together);
  }

  /** What waited goes out at once. `frame`: milliseconds of speech in one frame. */
  granted({ stream, frame = FRAME }) {
    this.stream = stream;
    this.waits();
    this.#together = frame / FRAME;
    this.#send(this.#together);
  }

  /** The line broke: what may not have arrived is kept with what is still to come. */
  cut() {
    this.#waits.unshift(...this.#latest.splice(0));
    this.#cut = true;
    this.waits();
  }

  /** It is over: what is left of it, if anything has to be sent later. */
  end() {
    if (!this.#cut) this.#send(1);
    if (!this.#cut || !this.#waits.length) return undefined;
    const said = this.began + (this.#given - this.#waits.length) * FRAME;
    return { group: this.group, level: this.level, startedAt: said, packets: this.#waits };
  }

  /** As many frames as are whole, `least` packets being one. */
  #send(least) {
    while (this.stream && this.#waits.length >= least && this.#waits.length) {
      const some = this.#waits.slice(0, this.#together);
      const one = some.length > 1 ? joined(some) : some[0];
      for (const opus of one ? [one] : some) {
        if (!this.#line.speak(this.stream, this.#sent++, opus)) return this.cut();
      }
      this.#waits.splice(0, some.length);
      this.#latest.push(...some);
      this.#latest.splice(0, this.#latest.length - UNSURE);
    }
  }
}
