// What is known of each talk group, which one is talked on, and which one is to be heard.
const CHOSEN = "yihu group", MUTED = "yihu muted";

const kept = (key, otherwise) => JSON.parse(localStorage.getItem(key)) ?? otherwise;
const keep = (key, value) => localStorage.setItem(key, JSON.stringify(value));

/** How much a group's speech matters: an emergency most, then the chosen group. */
const weight = (group, chosen) => (group.level === "emergency" ? 2 : 0) + (group.id === chosen ? 1 : 0);

export class Groups {
  #states = new Map(); // by id; the relay may tell of a group before the page knows that it is open
  #open = [];
  #chosen = kept(CHOSEN, "");
  #muted = new Set(kept(MUTED, []));

  #state(id) {
    const nothing = { id, talker: "", stream: 0, level: "", count: 0, here: [] };
    return this.#states.get(id) ?? this.#states.set(id, nothing).get(id);
  }

  /** These are open now, in this order; gives those that were not before. */
  open(rights) {
    const fresh = rights.filter(({ id }) => !this.of(id));
    const gone = this.#open.filter((group) => !rights.some(({ id }) => id === group.id));
    for (const { id } of gone) this.#states.delete(id);
    this.#open = rights.map((right) => Object.assign(this.#state(right.id), right));
    return fresh;
  }

  get all() { return [...this.#open]; }
  of(id) { return this.#open.find((group) => group.id === id); }

  /** The group to talk on: the one that was chosen while it is open, else the first. */
  get chosen() { return this.of(this.#chosen) ?? this.#open[0]; }

  choose(id) {
    this.#chosen = id;
    this.#muted.delete(id);
    keep(CHOSEN, id);
    keep(MUTED, [...this.#muted]);
  }

  mutes(id) { return this.#muted.has(id) && id !== this.chosen?.id; }

  mute(id, now) {
    if (now) this.#muted.add(id);
    else this.#muted.delete(id);
    keep(MUTED, [...this.#muted]);
  }

  /** The groups that are not to be listened to. */
  get muted() { return this.all.filter(({ id }) => this.mutes(id)); }

  taken({ group, granted, stream, level }) {
    Object.assign(this.#state(group), { talker: granted.name, stream, level });
  }

  idle(id) { Object.assign(this.#state(id), { talker: "", stream: 0, level: "" }); }

  here({ group, count, sets }) { Object.assign(this.#state(group), { count, here: sets }); }

  silence() { for (const { id } of this.all) this.idle(id); }

  /** The one group to be heard of those where somebody talks; of equals the one that began first. */
  get heard() {
    const chosen = this.chosen?.id;
    const talking = this.all.filter((group) => group.talker && !this.mutes(group.id));
    const before = (a, b) => weight(b, chosen) - weight(a, chosen) || a.stream - b.stream;
    return talking.sort(before)[0];
  }

  /** The first group that an alarm is spoken on: the chosen one, where it may be talked on. */
  get urgent() {
    return this.chosen?.talks ? this.chosen : this.all.find(({ talks }) => talks);
  }
}
