// Nothing typed is lost: it is kept in this tab until it has arrived, sent once however often the
// button is pressed, and sent again under the same key when the network is back. Without this
// file the form works as it stands.
const kept = `say ${location.pathname}`;
let form, busy, retry;

const tell = (sentence) => { document.querySelector("#sending").textContent = sentence; };

function keep() {
  const texts = [...new FormData(form)].filter(([, value]) => typeof value === "string");
  sessionStorage.setItem(kept, JSON.stringify(texts));
}

function restore() {
  for (const [name, value] of JSON.parse(sessionStorage.getItem(kept) ?? "[]")) {
    if (form.elements[name]) form.elements[name].value = value;
  }
  const { name, contact } = form.elements;
  if (name.value || contact.value) form.querySelector("details").open = true;
}

async function send() {
  clearTimeout(retry);
  if (busy) return;
  busy = true;
  tell(form.dataset.sending);
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
    if (answer.status >= 500) throw new Error("later");
    if (answer.redirected) {
      sessionStorage.removeItem(kept);
      location.replace(answer.url);
      return;
    }
    show(await answer.text());
  } catch {
    tell(form.dataset.waiting);
    retry = setTimeout(send, 10_000);
  }
  busy = false;
}

/** The server's page takes this one's place; photos that it did not refuse stay chosen. */
function show(page) {
  const holder = document.createElement("template");
  [holder.innerHTML] = page.match(/<main[^]*<\/main>/);
  const main = holder.content.firstElementChild;
  const photos = main.querySelector("[name=photos]");
  if (photos.ariaInvalid !== "true") photos.files = form.elements.photos.files;
  document.querySelector("main").replaceWith(main);
  start();
  keep();
  main.querySelector(".notice")?.scrollIntoView();
}

function start() {
  form = document.querySelector("#say");
  form.addEventListener("input", () => { clearTimeout(retry); tell(""); keep(); });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.name === "prefer") return;
    event.preventDefault();
    send();
  });
}

start();
if (!("shown" in form.dataset)) restore();
addEventListener("online", () => { if (retry) send(); });
