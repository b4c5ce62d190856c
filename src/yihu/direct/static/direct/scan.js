// Reading a poster's code with the camera, where the browser can; the field works without it.
const form = document.querySelector("[data-scan]");
const camera = form.querySelector(".camera");
const [button, video] = [camera.querySelector("button"), camera.querySelector("video")];
const tell = (sentence) => { camera.querySelector("[role=status]").textContent = sentence; };

async function scan() {
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    tell(form.dataset.scan);
    form.elements.read.value = await read(new BarcodeDetector({ formats: ["qr_code"] }));
    tell("");
    form.elements.read.focus();
  } catch {
    tell(form.dataset.refused);
  }
  stream?.getTracks().forEach((track) => track.stop());
  video.hidden = true;
}

/** What the first code says that comes before the camera. */
async function read(detector) {
  for (;;) {
    const [found] = await detector.detect(video);
    if (found?.rawValue) return found.rawValue;
    await new Promise(requestAnimationFrame);
  }
}

const formats = await globalThis.BarcodeDetector?.getSupportedFormats() ?? [];
if (formats.includes("qr_code") && navigator.mediaDevices) {
  camera.hidden = false;
  button.addEventListener("click", scan);
}
