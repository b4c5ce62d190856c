// One order after the other. Each turn asks the server anew, so that what was revoked or
// withdrawn is gone; after two turns without an answer the wall shows nothing of anybody.
const MISSED = 2;
let missed = 0;

async function turn() {
  const main = document.querySelector("main");
  try {
    const answer = await fetch(main.dataset.next, { cache: "no-store", signal: AbortSignal.timeout(10_000) });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    main.replaceWith(document.adoptNode(page.querySelector("main")));
    missed = 0;
  } catch {
    missed += 1;
    if (missed >= MISSED) {
      main.className = "";
      main.replaceChildren(document.querySelector("#away").content.cloneNode(true));
    }
  }
}

setInterval(turn, Number(document.querySelector("main").dataset.every) * 1000);
