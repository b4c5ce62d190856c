// Two small processors on the audio thread: one takes speech from the microphone in blocks of
// 20 ms, one plays what has arrived, with a little kept in hand against an uneven network.
const BLOCK = 960; // samples: 20 ms at 48 kHz

class Taker extends AudioWorkletProcessor {
  block = new Float32Array(BLOCK);
  filled = 0;

  process([[samples]]) {
    for (let at = 0; samples && at < samples.length;) {
      const some = samples.subarray(at, at + BLOCK - this.filled);
      this.block.set(some, this.filled);
      this.filled += some.length;
      at += some.length;
      if (this.filled === BLOCK) {
        this.port.postMessage(this.block);
        this.block = new Float32Array(BLOCK);
        this.filled = 0;
      }
    }
    return true;
  }
}

const START_WITH = 4 * BLOCK; // 80 ms in hand before a burst begins to sound
const GO_ON_WITH = 2 * BLOCK; // after a gap
const MOST = 25 * BLOCK; // half a second: what is older is dropped, speech must not fall behind

class Player extends AudioWorkletProcessor {
  waiting = [];
  held = 0;
  sounding = false;
  need = START_WITH;
  ended = false;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => (data === "begin" || data === "end" ? this.turn(data) : this.add(data));
  }

  turn(word) {
    this.ended = word === "end";
    if (word === "begin") { this.need = START_WITH; this.sounding = false; }
  }

  add(samples) {
    this.waiting.push(samples);
    this.held += samples.length;
    while (this.held > MOST) this.held -= this.waiting.shift().length;
  }

  process(_, [[out]]) {
    if (!this.sounding && this.held > 0) this.sounding = this.held >= this.need || this.ended;
    let at = 0;
    while (this.sounding && at < out.length) {
      if (!this.waiting.length) {
        this.sounding = false;
        this.need = GO_ON_WITH;
        break;
      }
      const first = this.waiting[0];
      const some = first.subarray(0, out.length - at);
      out.set(some, at);
      at += some.length;
      this.held -= some.length;
      if (some.length === first.length) this.waiting.shift();
      else this.waiting[0] = first.subarray(some.length);
    }
    return true;
  }
}

registerProcessor("taker", Taker);
registerProcessor("player", Player);
