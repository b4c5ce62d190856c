// The calls on the set: fetched anew whenever something was sent, and what is shown is reported as
// heard. Without this script they are a page of their own with plain forms.
const panel = document.getElementById("calls");
const TOPICS = new Set(["call", "message"]);
const csrf = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const reported = new Set();

/** Tell that a call has been shown, once; again only where that did not arrive. */
async function report(call) {
  const address = call.dataset.heard;
  if (reported.has(address)) return;
  reported.add(address);
  try {
    const answer = await fetch(address, { method: "POST", headers: { "X-CSRFToken": csrf } });
    if (!answer.ok) reported.delete(address);
  } catch {
    reported.delete(address);
  }
}

function shown() {
  if (document.visibilityState !== "visible") return; // nobody sees it
  for (const call of panel.querySelectorAll("[data-heard]")) report(call);
}

function fetchAgain() {
  htmx.ajax("GET", panel.dataset.from, { target: panel, swap: "innerHTML" });
}

if (panel) {
  document.addEventListener("happening", ({ detail }) => TOPICS.has(detail.topic) && fetchAgain());
  document.addEventListener("visibilitychange", shown);
  panel.addEventListener("htmx:afterSettle", shown);
  shown();
}
