// The microphone, as Opus packets of 20 ms; and the loudspeaker, from packets to sound.
const RATE = 48_000;
const OPUS = { codec: "opus", sampleRate: RATE, numberOfChannels: 1 };
const MICROPHONE = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };

export const canTalk = () => "AudioEncoder" in window && !!navigator.mediaDevices;

export class Sound {
  #context;
  #worklet;

  constructor(worklet) { this.#worklet = worklet; }

  /** Called from a press or a tap: browsers make no sound before one. */
  async wake() {
    if (!this.#context) {
      this.#context = new AudioContext({ sampleRate: RATE, latencyHint: "interactive" });
      this.#context.ready = this.#context.audioWorklet.addModule(this.#worklet);
    }
    await this.#context.ready;
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
  #encoder;
  #track;
  onpacket = () => {};
  onlevel = () => {};

  constructor(sound) { this.sound = sound; }

  async open() {
    if (this.#track?.readyState === "live") return;
    const context = await this.sound.wake();
    const stream = await navigator.mediaDevices.getUserMedia({ audio: MICROPHONE });
    [this.#track] = stream.getAudioTracks();
    this.#track.enabled = false;
    const taker = new AudioWorkletNode(context, "taker", { numberOfOutputs: 0 });
    context.createMediaStreamSource(stream).connect(taker);
    taker.port.onmessage = ({ data }) => this.#take(data);
  }

  begin() {
    this.#encoder = new AudioEncoder({
      output: (chunk) => {
        const packet = new Uint8Array(chunk.byteLength);
        chunk.copyTo(packet);
        this.onpacket(packet);
      },
      error: () => {},
    });
    this.#encoder.configure({ ...OPUS, bitrate: 24_000, opus: { frameDuration: 20_000, application: "voip", usedtx: false } });
    this.time = 0;
    this.#track.enabled = true;
  }

  async end() {
    this.#track.enabled = false;
    const encoder = this.#encoder;
    this.#encoder = undefined;
    if (encoder?.state === "configured") await encoder.flush().then(() => encoder.close());
    this.onlevel(0);
  }

  #take(samples) {
    if (!this.#encoder) return;
    this.#encoder.encode(new AudioData({
      format: "f32-planar", sampleRate: RATE, numberOfChannels: 1,
      numberOfFrames: samples.length, timestamp: this.time, data: samples,
    }));
    this.time += 20_000;
    this.onlevel(Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length));
  }
}

/** Plays one stream at a time; what is lost on the way is a gap that the decoder hides. */
export class Speaker {
  #player;
  #decoder;
  #stream = 0;
  onlevel = () => {};

  constructor(sound) { this.sound = sound; }

  async open() {
    const context = await this.sound.wake();
    if (this.#player) return;
    this.#player = new AudioWorkletNode(context, "player", { numberOfInputs: 0, outputChannelCount: [1] });
    this.#player.connect(context.destination);
  }

  play({ stream, packet, opus }) {
    if (!this.#player) return; // nobody has touched the page yet: it may make no sound
    if (stream !== this.#stream) this.#begin(stream);
    this.#decoder.decode(new EncodedAudioChunk({ type: "key", timestamp: packet * 20_000, data: opus }));
  }

  end() {
    this.#player?.port.postMessage("end");
    this.onlevel(0);
  }

  #begin(stream) {
    this.#stream = stream;
    this.#decoder?.close();
    this.#decoder = new AudioDecoder({
      output: (audio) => {
        const samples = new Float32Array(audio.numberOfFrames);
        audio.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
        audio.close();
        this.onlevel(Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length));
        this.#player.port.postMessage(samples);
      },
      error: () => { this.#stream = 0; },
    });
    this.#decoder.configure(OPUS);
    this.#player.port.postMessage("begin");
  }
}
