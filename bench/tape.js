// Runs before the set's own scripts: keeps what goes into its microphone ("mouth") and what comes
// out of its player ("ear"), loudness by the millisecond, on the clock that all pages here share.
(() => {
  const now = () => performance.timeOrigin + performance.now();
  const TAP = "/static/tap.js"; // voice.py puts it there
  const tapes = { mouth: [], ear: [] };

  function tap(context, name) {
    const node = new AudioWorkletNode(context, "tap", { numberOfOutputs: 0 });
    node.port.onmessage = ({ data: { frame, loudness } }) => {
      const at = frame / 48;
      tapes[name].push({ at, loudness, late: now() - at - loudness.length });
    };
    return node;
  }

  const addModule = AudioWorklet.prototype.addModule;
  AudioWorklet.prototype.addModule = async function (address) {
    await addModule.call(this, TAP);
    await addModule.call(this, address);
  };

  window.AudioWorkletNode = class extends AudioWorkletNode {
    constructor(context, name, options) {
      super(context, name, options);
      if (name === "player") this.connect(context.ear ??= tap(context, "ear"));
    }
  };

  const getUserMedia = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (asked) => {
    const stream = await getUserMedia(asked);
    const context = new AudioContext({ sampleRate: 48_000 });
    await context.audioWorklet.addModule(TAP);
    const copy = new MediaStream(stream.getAudioTracks().map((track) => track.clone()));
    context.createMediaStreamSource(copy).connect(tap(context, "mouth"));
    return stream;
  };

  const heard = [];
  window.WebSocket = class extends WebSocket {
    constructor(...all) {
      super(...all);
      bench.socket = this;
      this.addEventListener("message", ({ data }) => {
        if (typeof data === "string") heard.push([now(), JSON.parse(data).say]);
      });
    }
  };

  const keys = [];
  for (const word of ["keydown", "keyup"]) {
    addEventListener(word, (event) => event.repeat || keys.push([performance.timeOrigin + event.timeStamp, word]), true);
  }

  window.bench = {
    heard,
    keys,
    now,
    say: (word) => { bench.socket.send(JSON.stringify({ say: word, group: "station" })); return now(); },
    /** Loudness by the millisecond from one time to another: 0 where nothing was. */
    tape(name, from, to) {
      const found = new Array(Math.ceil(to - from)).fill(0);
      const tape = tapes[name];
      tape.forEach(({ at, loudness }, n) => {
        // The clock of a sound device stands still where the machine is too busy; and a message
        // from the audio thread takes some time: the quickest of those around it took least.
        const late = Math.min(...tape.slice(Math.max(0, n - 12), n + 13).map((one) => one.late));
        const begin = Math.round(at + late - from);
        loudness.forEach((one, i) => { if (begin + i >= 0 && begin + i < found.length) found[begin + i] = one; });
      });
      return found;
    },
  };
})();
