// A button that is held for a while, with a count-down; letting go or moving off cancels it.
const HELD = 2; // seconds

/** @param does begin(), count(seconds left), cancel(), held() */
export function hold(button, does) {
  let timer = 0, left = 0;

  const begin = () => {
    if (timer) return;
    left = HELD;
    button.classList.add("holding");
    does.begin();
    does.count(left);
    timer = setInterval(tick, 1000);
  };
  const tick = () => {
    if (--left > 0) return does.count(left);
    stop();
    does.held();
  };
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    button.classList.remove("holding");
  };
  const cancel = () => {
    if (!timer) return;
    stop();
    does.cancel();
  };

  button.addEventListener("pointerdown", (event) => {
    button.releasePointerCapture(event.pointerId); // else a finger never leaves
    begin();
  });
  for (const over of ["pointerup", "pointerleave", "pointercancel", "blur"]) button.addEventListener(over, cancel);
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  const isKey = ({ code }) => code === "Space" || code === "Enter" || code === "NumpadEnter";
  button.addEventListener("keydown", (event) => {
    if (!isKey(event)) return;
    event.preventDefault();
    event.stopPropagation(); // the space bar talks elsewhere
    if (!event.repeat) begin();
  });
  button.addEventListener("keyup", (event) => isKey(event) && cancel());
  // a screen reader cannot hold: one press begins, another cancels
  button.addEventListener("click", ({ detail }) => {
    if (detail === 0) (timer ? cancel : begin)();
  });
}
