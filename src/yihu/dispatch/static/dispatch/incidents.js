// The list that stays open in the control room: it sounds while an alarm waits to be answered.
import { Sound } from "../radio/sound.js";

const EVERY = 2000; // milliseconds between two tones
const sound = new Sound();
const button = document.getElementById("sound");
const waits = () => document.getElementById("rows")?.dataset.unanswered !== "0";

button.addEventListener("click", async () => {
  await sound.wake();
  button.ariaPressed = button.ariaPressed === "true" ? "false" : "true";
});
setInterval(() => {
  if (button.ariaPressed === "true" && waits()) sound.tone(1175);
}, EVERY);
