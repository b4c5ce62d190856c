// Opus: by the browser's own codec where it has one, else by libopus in WebAssembly, which is
// fetched only then. Speech of one voice in frames of 20 ms.
const RATE = 48_000;
const LISTENS = { codec: "opus", sampleRate: RATE, numberOfChannels: 1 };
const TALKS = { ...LISTENS, bitrate: 24_000, opus: { frameDuration: 20_000, application: "voip", usedtx: false } };
const LIBRARY = new URL("../npm/libopus-wasm/index.js", import.meta.url);

let found;

/** Makes encoders and decoders; rejects in a browser that has nothing of all this. */
export const codec = () => (found ??= isBuiltIn().then((is) => (is ? builtIn : fetched())));

async function isBuiltIn() {
  try {
    const asked = [AudioEncoder.isConfigSupported(TALKS), AudioDecoder.isConfigSupported(LISTENS)];
    return (await Promise.all(asked)).every(({ supported }) => supported);
  } catch {
    return false; // there is no such thing here
  }
}

const builtIn = {
  /** `give` gets each packet, as bytes. */
  encoder(give) {
    let time = 0;
    const encoder = new AudioEncoder({
      output: (chunk) => {
        const packet = new Uint8Array(chunk.byteLength);
        chunk.copyTo(packet);
        give(packet);
      },
      error: () => {},
    });
    encoder.configure(TALKS);
    return {
      encode(samples) {
        if (encoder.state !== "configured") return;
        const all = { format: "f32-planar", sampleRate: RATE, numberOfChannels: 1, numberOfFrames: samples.length };
        encoder.encode(new AudioData({ ...all, timestamp: time, data: samples }));
        time += 20_000;
      },
      async end() {
        if (encoder.state === "configured") await encoder.flush();
        encoder.close();
      },
    };
  },

  /** `give` gets each packet's samples, and its number. What cannot be decoded is left out. */
  decoder(give) {
    let decoder, numbers; // of the packets inside: some browsers make time stamps of their own
    const begin = () => {
      numbers = [];
      decoder = new AudioDecoder({
        output: (audio) => {
          const samples = new Float32Array(audio.numberOfFrames);
          audio.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
          give(samples, numbers.shift());
          audio.close();
        },
        error: begin,
      });
      decoder.configure(LISTENS);
    };
    begin();
    return {
      decode(opus, number) {
        numbers.push(number);
        decoder.decode(new EncodedAudioChunk({ type: "key", timestamp: number * 20_000, data: opus }));
      },
      end: () => decoder.flush().then(() => decoder.close(), () => {}),
    };
  },
};

async function fetched() {
  const { createEncoder, createDecoder, Application } = await import(LIBRARY);
  return {
    encoder(give) {
      const made = createEncoder({ channels: 1, sampleRate: RATE, application: Application.Voip, bitrate: TALKS.bitrate });
      return {
        encode: (samples) => made.then((encoder) => give(encoder.encodeFloat(samples))),
        end: () => made.then((encoder) => encoder.free()),
      };
    },
    decoder(give) {
      const made = createDecoder({ channels: 1, sampleRate: RATE });
      return {
        decode: (opus, number) => made.then((decoder) => give(decoder.decodeFloat(opus), number)).catch(() => {}),
        end: () => made.then((decoder) => decoder.free()),
      };
    },
  };
}
