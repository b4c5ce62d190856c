// The talk button: by touch, by the space bar, by Enter, and by the play key of a headset.
const SILENCE = 8; // seconds; a page owns a headset's keys only while it plays something

/** @param talk with press, release and pressed; @param button that is held */
export function listen(button, talk) {
  let byKey = false;
  button.addEventListener("pointerdown", (event) => {
    button.setPointerCapture(event.pointerId);
    byKey = false;
    talk.press();
  });
  for (const over of ["pointerup", "pointercancel", "lostpointercapture"]) {
    button.addEventListener(over, () => talk.pressed && talk.release());
  }
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  // Enter, and what a screen reader does: nobody's finger or pointer
  button.addEventListener("click", ({ detail }) => detail === 0 && toggle(talk));
  addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, a, summary, audio, button:not(#talk)");
    if (event.code !== "Space" || event.isComposing || typing) return;
    event.preventDefault();
    if (event.repeat || button.disabled) return;
    byKey = true;
    talk.press();
  });
  addEventListener("keyup", (event) => {
    if (event.code !== "Space" || !byKey) return;
    event.preventDefault(); // a button would be clicked
    byKey = false;
    if (talk.pressed) talk.release();
  });
  addEventListener("blur", () => {
    if (byKey && talk.pressed) talk.release(); // the key's end would be missed
    byKey = false;
  });
  addEventListener("pointerdown", () => ownHeadset(button, talk), { once: true });
}

const toggle = (talk) => (talk.pressed ? talk.release() : talk.press());

/** Play and pause of a headset begin and end talking. */
function ownHeadset(button, talk) {
  if (!navigator.mediaSession) return;
  const silence = new Audio(URL.createObjectURL(new Blob([silentWave()], { type: "audio/wav" })));
  silence.loop = true;
  silence.play().catch(() => {});
  for (const key of ["play", "pause"]) {
    navigator.mediaSession.setActionHandler(key, () => {
      silence.play().catch(() => {}); // the pause was ours, not the silence's
      if (!button.disabled) toggle(talk);
    });
  }
}

/** A WAV of nothing: 8 kHz, 8 bits. */
function silentWave() {
  const rate = 8000, length = SILENCE * rate;
  const wave = new Uint8Array(44 + length).fill(128, 44);
  const head = new DataView(wave.buffer);
  const text = (place, word) => [...word].forEach((letter, i) => head.setUint8(place + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  head.setUint32(4, 36 + length, true);
  text(8, "WAVEfmt ");
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true); // PCM
  head.setUint16(22, 1, true); // one channel
  head.setUint32(24, rate, true);
  head.setUint32(28, rate, true);
  head.setUint16(32, 1, true);
  head.setUint16(34, 8, true);
  text(36, "data");
  head.setUint32(40, length, true);
  return wave;
}
