// The groups on the page: which one is talked on, which are listened to, who is there.
import { at, say } from "./screen.js";

const PRIVATE = "private";

/** What the page says is open now, as the server wrote it. */
export function written() {
  return [...(at("group")?.options ?? [])].map((option) => ({
    id: option.value,
    name: option.text,
    kind: option.dataset.kind,
    partner: option.dataset.partner ?? "",
    talks: "talks" in option.dataset,
    commands: "commands" in option.dataset,
  }));
}

export class Panel {
  /** @param does choose(id), mute(id, now), call(person) */
  constructor(groups, me, does) { Object.assign(this, { groups, me, does }); }

  /** The list is there anew: its buttons get their work. */
  draw() {
    const select = at("group");
    if (!select) return;
    select.value = this.groups.chosen.id;
    select.addEventListener("change", () => this.does.choose(select.value));
    at("groups").replaceChildren(...this.groups.all.map((group) => this.#row(group)));
    this.update();
  }

  #row(group) {
    const row = document.createElement("li");
    row.dataset.group = group.id;
    const name = button(group.name, () => this.does.choose(group.id));
    const state = document.createElement("span");
    state.className = "muted";
    const mute = button(say("mute"), () => this.does.mute(group.id, !this.groups.mutes(group.id)));
    mute.ariaLabel = `${say("mute")} ${group.name}`;
    row.append(name, state, mute);
    return row;
  }

  /** Who talks and who is there has changed; nothing is drawn that is the same. */
  update() {
    const chosen = this.groups.chosen;
    if (!chosen) return;
    for (const row of at("groups").children) this.#updateRow(row, this.groups.of(row.dataset.group), chosen);
    write(at("here"), say("here", { count: chosen.count }));
    at("free").hidden = !(chosen.commands && chosen.talker);
    at("hang-up").hidden = chosen.kind !== PRIVATE;
    this.#roster(chosen);
  }

  #updateRow(row, group, chosen) {
    const [name, state, mute] = row.children;
    name.ariaCurrent = String(group === chosen);
    mute.hidden = group === chosen;
    mute.ariaPressed = String(this.groups.mutes(group.id));
    write(state, group.talker && group !== chosen ? say("talks", { name: group.talker }) : say("here", { count: group.count }));
  }

  #roster({ here, count }) {
    const people = new Map(here.map(({ id, name }) => [id.split("-")[0], name]));
    const list = at("roster"), shown = JSON.stringify([...people]);
    if (list.dataset.shown === shown) return;
    list.dataset.shown = shown;
    const rows = [...people].map(([person, name]) => {
      const row = document.createElement("li");
      row.append(Object.assign(document.createElement("span"), { textContent: name }));
      if (person !== this.me) {
        const call = button(say("call"), () => this.does.call(person));
        call.ariaLabel = `${say("call")} ${name}`;
        row.append(call);
      }
      return row;
    });
    if (count && !people.size) rows.push(Object.assign(document.createElement("li"), { textContent: say("many") }));
    list.replaceChildren(...rows);
  }
}

function button(text, press) {
  const made = Object.assign(document.createElement("button"), { type: "button", className: "button quiet", textContent: text });
  made.addEventListener("click", press);
  return made;
}

/** Only what differs is written: a screen reader says it once. */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
