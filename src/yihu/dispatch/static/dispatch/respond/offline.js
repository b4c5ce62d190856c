// The page as it opens without a network: what waits to be sent, and statuses for what was going on
// when the page was last seen.
import { Queue } from "./queue.js";
import { through } from "./shown.js";

const AGAIN = 5000; // milliseconds between two looks whether there is a network
const { page, status } = document.getElementById("offline").dataset;
const { person = "", going = [] } = JSON.parse(localStorage.getItem("yihu respond going")) ?? {};
const queue = new Queue(person);

for (const { reference, unit } of going) {
  const drawn = document.getElementById("going").content.cloneNode(true);
  drawn.querySelector("h2").textContent = reference;
  drawn.querySelector("form").action = status.replace("REFERENCE", reference);
  drawn.querySelector("form").dataset.queue = reference;
  drawn.querySelector("[name=unit]").value = unit;
  document.getElementById("goings").append(drawn);
}
through(queue);
queue.keepTrying();

async function back() {
  const answer = await fetch(page, { redirect: "manual", cache: "no-store" }).catch(() => null);
  if (answer) location.replace(page);
}
addEventListener("online", back);
setInterval(back, AGAIN);
