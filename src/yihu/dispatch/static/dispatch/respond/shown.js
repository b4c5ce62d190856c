// The queue as it stands on a page, and every form of that page made to go through it.
const list = document.getElementById("queued"), section = document.getElementById("queue");
const answer = document.getElementById("answer");

/** @param queue that all forms with `data-queue` go through; @param refused told of each */
export function through(queue) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!("queue" in form.dataset)) return;
    event.preventDefault();
    if (lacks(form)) return;
    keep(queue, form, event.submitter);
  });
  queue.addEventListener("changed", () => draw(queue));
  queue.addEventListener("sent", ({ detail }) => { answer.textContent = detail.words; });
  draw(queue);
}

/** A form of which one of several fields must be filled says so at the first of them. */
function lacks(form) {
  if (!("empty" in form.dataset)) return false;
  const fields = [...form.elements].filter(({ type }) => type === "textarea" || type === "file");
  const isEmpty = fields.every(({ value }) => !value.trim());
  const [first] = fields, error = form.querySelector(".wrong");
  error.textContent = isEmpty ? form.dataset.empty : "";
  error.hidden = !isEmpty;
  first.ariaInvalid = isEmpty ? "true" : null;
  if (isEmpty) first.focus();
  return isEmpty;
}

async function keep(queue, form, submitter) {
  const fields = [...new FormData(form, submitter)].filter(([name, value]) => name !== "csrfmiddlewaretoken" && !(value instanceof File && !value.size));
  const says = [form.dataset.queue, submitter?.name === "status" || submitter?.name === "reason" ? submitter.textContent.trim() : ""];
  answer.textContent = "";
  form.dispatchEvent(new CustomEvent("kept", { bubbles: true }));
  try {
    const deed = { address: new URL(form.action).pathname, fields, says: says.filter(Boolean).join(" · "), refresh: form.dataset.refresh ?? "" };
    const sent = queue.add(deed);
    if ("clear" in form.dataset) form.reset();
    await sent;
  } catch {
    form.submit(); // this browser keeps nothing: as a page without a script does
  }
}

async function draw(queue) {
  const deeds = await queue.all().catch(() => []);
  section.hidden = !deeds.length;
  list.replaceChildren(...deeds.map((deed) => row(queue, deed)));
}

function row(queue, deed) {
  const item = document.createElement("li"), what = document.createElement("span"), state = document.createElement("span");
  what.textContent = `${new Date(deed.at).toTimeString().slice(0, 5)} ${deed.says}`;
  state.className = deed.refused ? "respond-refused" : "muted small";
  state.textContent = deed.refused || stateOf(queue, deed);
  item.append(what, state);
  const [, words] = deed.fields.find(([name]) => name === "words") ?? [];
  if (deed.refused && words) item.append(Object.assign(document.createElement("q"), { textContent: words }));
  if (deed.refused) item.append(button(section.dataset.forget, () => queue.forget(deed.number)));
  return item;
}

function stateOf(queue, deed) {
  const { waiting, sending, out, mine } = section.dataset;
  if (queue.person && deed.person && deed.person !== queue.person) return mine;
  if (queue.signedOut) return out;
  return queue.failing ? waiting : sending;
}

function button(text, press) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "button quiet", textContent: text });
  made.addEventListener("click", press);
  return made;
}
