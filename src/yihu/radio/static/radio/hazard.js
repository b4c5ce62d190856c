// Attach one's own position to a hazard, when asked to and only then.
const attach = document.getElementById("attach");
if (attach && navigator.geolocation) {
  const state = document.getElementById("attached"), form = document.getElementById("hazard");
  attach.hidden = false;
  attach.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        [form.elements.longitude.value, form.elements.latitude.value] = [coords.longitude, coords.latitude];
        state.textContent = attach.dataset.done;
      },
      () => { state.textContent = attach.dataset.failed; },
      { enableHighAccuracy: true, timeout: 10_000 },
    );
  });
}
