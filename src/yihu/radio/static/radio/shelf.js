// Speech that could not go out: kept in this browser until the web server has taken it, by
// whoever spoke it and nobody else.
const KEPT = 24 * 3600_000; // milliseconds; older than that it is of no use to anybody
const AGAIN = 15_000;

const asked = (request) => new Promise((done, failed) => {
  request.onsuccess = () => done(request.result);
  request.onerror = () => failed(request.error);
});

async function open() {
  const request = indexedDB.open("yihu radio", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("speech", { keyPath: "key" });
  return asked(request);
}

export class Shelf extends EventTarget {
  #opened;
  #sending = false;

  /** @param address where it goes, with GROUP in the group's place; @param person who speaks */
  constructor(address, person, csrf) {
    super();
    Object.assign(this, { address, person, csrf });
    this.#opened = open();
    this.#opened.catch(() => {}); // a private window may refuse: see `keep`
    addEventListener("online", () => this.send());
    setInterval(() => this.send(), AGAIN);
    this.send();
  }

  /** What Speech.end left over. Rejects where the browser keeps nothing. */
  async keep(left) {
    const key = crypto.randomUUID().replaceAll("-", "");
    await asked((await this.#store("readwrite")).put({ key, person: this.person, ...left }));
    await this.send();
  }

  /** Tries to send all that is there; tells "sent" for each that was taken, "refused" else. */
  async send() {
    if (this.#sending) return;
    this.#sending = true;
    try {
      for (const speech of await asked((await this.#store("readonly")).getAll())) {
        if (Date.now() - speech.startedAt > KEPT) await this.#drop(speech, "refused");
        else if (speech.person === this.person) await this.#post(speech);
      }
    } catch {
      // no network, or nobody is signed in any more: it stays
    } finally {
      this.#sending = false;
    }
  }

  async #post(speech) {
    const form = new FormData();
    const lengths = speech.packets.map(({ length }) => Uint8Array.of(length >> 8, length & 255));
    form.set("key", speech.key);
    form.set("level", speech.level);
    form.set("started_at", new Date(speech.startedAt).toISOString());
    form.set("packets", new Blob(speech.packets.flatMap((packet, i) => [lengths[i], packet])), "packets");
    const address = this.address.replace("GROUP", speech.group);
    const answer = await fetch(address, { method: "POST", body: form, headers: { "X-CSRFToken": this.csrf }, redirect: "error" });
    if (answer.ok) await this.#drop(speech, "sent");
    else if ([400, 404].includes(answer.status)) await this.#drop(speech, "refused");
  }

  async #drop(speech, word) {
    await asked((await this.#store("readwrite")).delete(speech.key));
    this.dispatchEvent(new CustomEvent(word, { detail: speech }));
  }

  async #store(mode) {
    return (await this.#opened).transaction("speech", mode).objectStore("speech");
  }
}
