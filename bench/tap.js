// On the audio thread: the loudness of each millisecond.
const EACH = 48, SOME = 20;

try {
  registerProcessor("tap", class extends AudioWorkletProcessor {
    sum = 0;
    count = 0;
    loudness = [];

    process([inputs]) {
      for (let i = 0; i < 128; i++) {
        this.sum += (inputs[0]?.[i] ?? 0) ** 2;
        if (++this.count < EACH) continue;
        this.loudness.push(Math.sqrt(this.sum / EACH));
        [this.sum, this.count] = [0, 0];
        if (this.loudness.length < SOME) continue;
        this.port.postMessage({ frame: currentFrame + i + 1 - EACH * SOME, loudness: this.loudness });
        this.loudness = [];
      }
      return true;
    }
  });
} catch {
  // it is here already
}
