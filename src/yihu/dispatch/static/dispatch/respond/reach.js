// Pushes to this browser: on and off, and what stands in the way of them.
const reach = document.getElementById("reach"), button = document.getElementById("push"), state = document.getElementById("push-state");
const { push, key, worker, scope } = reach.dataset;
const csrf = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const say = (name) => { state.textContent = state.dataset[name]; };

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const written = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

async function tell(subscription, on) {
  const fields = { endpoint: subscription.endpoint, on: on ? "yes" : "no" };
  for (const name of ["p256dh", "auth"]) fields[name] = written(subscription.getKey(name));
  const answer = await fetch(push, { method: "POST", body: new URLSearchParams(fields), headers: { "X-CSRFToken": csrf }, redirect: "error" });
  if (answer.status === 409) throw new Error((await answer.json()).words);
  if (!answer.ok) throw new Error(state.dataset.failed);
}

async function turn(manager) {
  const before = await manager.getSubscription();
  if (before) {
    await tell(before, false);
    await before.unsubscribe();
    return;
  }
  if ((await Notification.requestPermission()) !== "granted") throw new Error(state.dataset.refused);
  const made = await manager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
  await tell(made, true).catch(async (why) => { await made.unsubscribe(); throw why; });
}

async function show(manager) {
  const on = Boolean(await manager.getSubscription());
  button.textContent = on ? button.dataset.off : button.dataset.on;
  say(on ? "is" : "isnt");
  button.hidden = false;
}

async function begin() {
  if (!navigator.serviceWorker || !globalThis.PushManager) return say("none");
  const { pushManager } = await navigator.serviceWorker.register(worker, { type: "module", scope });
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await turn(pushManager);
      await show(pushManager);
    } catch (why) {
      state.textContent = why instanceof DOMException ? state.dataset.failed : why.message;
    } finally {
      button.disabled = false;
    }
  });
  return show(pushManager);
}
begin().catch(() => say("none"));
