// From packets that come when they come to sound without holes. Each packet has its place on the
// talker's clock; the quickest one shows how long the way takes at best, and how far the others
// lie behind it shows how long one must wait so that most are there in time: the jitter buffer.
//
// Everything is counted in samples of 48 kHz. Runs on the audio thread; pure, but for the end.
const ms = (number) => number * 48;
const [LEAST, FIRST, MOST] = [ms(40), ms(80), ms(500)]; // what is kept in hand
const SLACK = ms(20); // further behind than that, speech is quickened
const FORGETS = 1 / 200; // a late packet is remembered for some 200 others: four seconds
const SLOWER_FOR = ms(300); // all are late for so long: then the way has become a slower one
const HIDES = ms(60); // a hole up to here is filled, fading; a longer one falls silent
const SEAM = ms(5); // over which two pieces of sound become one
const [SHORTEST, LONGEST] = [ms(2.5), ms(12)]; // periods of a voice

export class Playout {
  #waiting = []; // {samples, place}
  #arrived = 0; // where the next packet's place is
  #number = 0; // and its number
  #quickest = Infinity;
  #late;
  #played = 0; // the place of the next sample to sound
  #sounding = false;
  #ended = false;
  #block = new Float32Array(0); // what is being copied out
  #past = new Float32Array(ms(30)); // what has just sounded
  #loop = new Float32Array(SHORTEST); // its last period, while a hole is being filled
  #hidden = HIDES; // how much was made up since anything real sounded
  #staleSince;

  /** @param late what the burst before needed in hand */
  constructor(late = FIRST) { this.#late = late - SLACK; }

  /** How much is kept in hand. */
  get target() { return Math.max(LEAST, Math.min(MOST, this.#late + SLACK)); }

  /** A packet has arrived. Numbers that are left out were lost. */
  add(samples, number, now) {
    if (number < this.#number) return; // twice, or overtaken
    const place = this.#arrived + (number - this.#number) * samples.length;
    [this.#arrived, this.#number] = [place + samples.length, number + 1];
    this.#quickest = Math.min(this.#quickest, now - place);
    const late = now - place - this.#quickest;
    this.#late = Math.max(late, this.#late + (late - this.#late) * FORGETS);
    if (late <= MOST) {
      this.#waiting.push({ samples, place });
      this.#staleSince = undefined;
      return;
    } // stale: better go on with what is said now
    this.#staleSince ??= now;
    if (now - this.#staleSince > SLOWER_FOR) [this.#quickest, this.#late] = [now - place, 0];
  }

  /** Nothing more comes: what is there sounds to its end. */
  end() { this.#ended = true; }

  /** The next sound, whatever there is; false once all has sounded. */
  fill(out, now) {
    for (let at = 0; at < out.length;) {
      if (!this.#block.length) this.#block = this.#next(now + at);
      if (!this.#block.length) { out.fill(0, at); break; }
      const some = this.#block.subarray(0, out.length - at);
      out.set(some, at);
      at += some.length;
      this.#block = this.#block.subarray(some.length);
      this.#past.copyWithin(0, some.length);
      this.#past.set(some, this.#past.length - some.length);
    }
    return !this.#ended || this.#sounding || this.#waiting.length > 0 || this.#block.length > 0;
  }

  #next(now) {
    const due = this.#quickest + this.target; // how far behind the talker to sound
    const first = this.#waiting[0];
    if (!first) {
      if (this.#sounding) return this.#ended ? this.#fadeOut() : this.#hide(ms(10));
      return new Float32Array(0);
    }
    if (!this.#sounding) {
      if (!this.#ended && now - first.place < due) return new Float32Array(0);
      [this.#sounding, this.#played] = [true, first.place];
    }
    const hole = first.place - this.#played;
    if (hole > 0) {
      const some = Math.min(hole, ms(10));
      this.#played = hole > HIDES ? first.place : this.#played + some;
      return this.#hide(some);
    }
    this.#waiting.shift();
    this.#played = first.place + first.samples.length;
    return this.#joined(now - first.place - due > SLACK ? shortened(first.samples) : first.samples);
  }

  /** Sound made of what was heard last: its last period again and again, and quieter. */
  #hide(length) {
    if (!this.#hidden) this.#loop = this.#past.slice(-period(this.#past));
    if (this.#hidden >= HIDES) this.#sounding = false;
    const from = this.#hidden;
    this.#hidden += length;
    const loudness = (i) => Math.max(0, 1 - (from + i) / HIDES);
    return Float32Array.from({ length }, (_, i) => this.#loop[(from + i) % this.#loop.length] * loudness(i));
  }

  #fadeOut() {
    const rest = this.#hide(SEAM);
    this.#sounding = false;
    return rest.map((one, i) => one * (1 - i / SEAM));
  }

  /** Real sound after made up sound, or after silence: one goes over into the other. */
  #joined(samples) {
    if (!this.#hidden) return samples;
    const before = this.#hide(Math.min(SEAM, samples.length));
    this.#hidden = 0;
    this.#sounding = true;
    return samples.map((one, i) => (i < SEAM ? one * (i / SEAM) + before[i] * (1 - i / SEAM) : one));
  }
}

/** How alike `sound` is to itself `lag` samples later, over a seam. */
function likeness(sound, at, lag) {
  let [both, one, other] = [0, 1e-9, 1e-9];
  for (let i = at; i < at + SEAM; i += 2) {
    both += sound[i] * sound[i + lag];
    one += sound[i] ** 2;
    other += sound[i + lag] ** 2;
  }
  return both / Math.sqrt(one * other);
}

/** The lag at which sound is most like itself; of equals (silence) the longest. */
function best(longest, alike) {
  let [found, most] = [longest, alike(longest)];
  for (let lag = longest - 2; lag >= SHORTEST; lag -= 2) {
    const here = alike(lag);
    if (here > most) [found, most] = [lag, here];
  }
  return found;
}

/** The period of what has just sounded. */
function period(past) {
  return best(LONGEST, (lag) => likeness(past, past.length - SEAM - lag, lag));
}

/** The same sound, quicker by one period. */
export function shortened(samples) {
  if (samples.length < LONGEST + SEAM) return samples;
  const cut = best(LONGEST, (lag) => likeness(samples, 0, lag));
  return samples.slice(cut).map((one, i) => (i < SEAM ? samples[i] * (1 - i / SEAM) + one * (i / SEAM) : one));
}

if ("registerProcessor" in globalThis) {
  registerProcessor("player", class extends AudioWorkletProcessor {
    constructor({ processorOptions }) {
      super();
      this.playout = new Playout(processorOptions.target);
      this.port.onmessage = ({ data }) => {
        if (data === "end") this.playout.end();
        else this.playout.add(data.samples, data.packet, currentFrame);
      };
    }

    process(_, [[out]]) {
      const more = this.playout.fill(out, currentFrame);
      if (!more) this.port.postMessage(this.playout.target);
      return more;
    }
  });
}
