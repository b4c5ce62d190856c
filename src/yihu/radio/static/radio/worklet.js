// On the audio thread: takes speech from the microphone in blocks of 20 ms.
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

registerProcessor("taker", Taker);
