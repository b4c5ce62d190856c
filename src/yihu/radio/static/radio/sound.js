// The microphone, as Opus packets of 20 ms; and the loudspeaker, from packets to sound.
import { codec } from "./codec.js";

const RATE = 48_000;
const WORKLETS = ["worklet.js", "playout.js"].map((name) => new URL(name, import.meta.url));
// Nobody hears while talking, so there is no echo to cancel; asking for it makes phones play
// softly, or through the ear piece.
const MICROPHONE = { echoCancellation: false, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
const TAIL = 100; // milliseconds: what is said as the key is let go is still on its way

export const canTalk = () => !!navigator.mediaDevices && ("AudioEncoder" in window || "WebAssembly" in window);

/** How loud, from 0 to 1. */
const loudness = (samples) => Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);

export class Sound {
  #context;
  #ready;

  /** Called from a press or a tap: browsers make no sound before one. */
  async wake() {
    if (!this.#context) {
      this.#context = new AudioContext({ sampleRate: RATE, latencyHint: "interactive" });
      this.#ready = Promise.all(WORKLETS.map((name) => this.#context.audioWorklet.addModule(name)));
    }
    await this.#ready;
    if (this.#context.state !== "running") await this.#context.resume();
    return this.#context;
  }

  /** A short tone: a high one when you may speak, a low one when it is over. */
  tone(hertz) {
    if (this.#context?.state !== "running") return;
    const [source, volume] = [this.#context.createOscillator(), this.#context.createGain()];
    source.frequency.value = hertz;
    volume.gain.value = 0.08;
    source.connect(volume).connect(this.#context.destination);
    source.start();
    source.stop(this.#context.currentTime + 0.09);
  }
}

/** Held open once it was allowed; only its track is switched, since some phones ask each time. */
export class Microphone {
  #codec;
  #speech;
  #track;
  onpacket = () => {};
  onlevel = () => {};

  constructor(sound) { this.sound = sound; }

  async open() {
    if (this.#track?.readyState === "live") return;
    const context = await this.sound.wake();
    this.#codec = await codec();
    const stream = await navigator.mediaDevices.getUserMedia({ audio: MICROPHONE });
    [this.#track] = stream.getAudioTracks();
    this.#track.enabled = false;
    const taker = new AudioWorkletNode(context, "taker", { numberOfOutputs: 0 });
    context.createMediaStreamSource(stream).connect(taker);
    taker.port.onmessage = ({ data }) => this.#take(data);
  }

  begin() {
    this.#speech = this.#codec.encoder((packet) => this.onpacket(packet));
    this.#track.enabled = true;
  }

  /** Every packet has been given when this is over. */
  async end() {
    if (!this.#speech) return;
    await new Promise((done) => setTimeout(done, TAIL));
    const speech = this.#speech;
    this.#speech = undefined;
    this.#track.enabled = false;
    await speech?.end();
    this.onlevel(0);
  }

  #take(samples) {
    if (!this.#speech) return;
    this.#speech.encode(samples);
    this.onlevel(loudness(samples));
  }
}

/** One burst on its way to the ear. */
class Voice {
  #player;
  #decoder;

  /** @param needed what the last burst needed in hand, in samples; undefined for the first */
  constructor(context, opus, needed, onlevel, onend) {
    const options = { numberOfInputs: 0, outputChannelCount: [1], processorOptions: { target: needed } };
    this.#player = new AudioWorkletNode(context, "player", options);
    this.#player.connect(context.destination);
    this.#player.port.onmessage = ({ data }) => {
      this.#player.disconnect();
      onend(data);
    };
    this.#decoder = opus.decoder((samples, packet) => {
      onlevel(loudness(samples));
      this.#player.port.postMessage({ samples, packet });
    });
  }

  play(opus, packet) { this.#decoder.decode(opus, packet); }

  async end() {
    await this.#decoder.end();
    this.#player.port.postMessage("end");
  }
}

/** Plays every stream as it comes, several at once where several groups are listened to. */
export class Speaker {
  #context;
  #codec;
  #voices = new Map(); // by stream
  #needed;
  onlevel = () => {};

  constructor(sound) { this.sound = sound; }

  async open() {
    [this.#context, this.#codec] = await Promise.all([this.sound.wake(), codec()]);
  }

  play({ stream, packet, opus }) {
    if (!this.#codec) return; // nobody has touched the page yet: it may make no sound
    if (!this.#voices.has(stream)) this.#voices.set(stream, this.#begin());
    this.#voices.get(stream).play(opus, packet);
  }

  /** This stream is over, or all are; what has arrived still sounds. */
  end(stream) {
    for (const one of stream ? [stream] : [...this.#voices.keys()]) {
      this.#voices.get(one)?.end();
      this.#voices.delete(one);
    }
  }

  #begin() {
    return new Voice(this.#context, this.#codec, this.#needed, (level) => this.onlevel(level), (needed) => {
      this.#needed = needed;
      if (!this.#voices.size) this.onlevel(0);
    });
  }
}
