// What was touched and is not yet with the server: kept in this browser, in its order, with the
// moment of the touch and a key of its own, until the server has answered it. Whoever touched it
// is the only one in whose name it is sent. Also runs in the service worker, where there is no page.
const STORE = "deeds";
const AGAIN = 5000, PATIENCE = 20_000; // milliseconds
const LOCK = "yihu respond queue"; // two pages of one browser do not send side by side
const SIGNED_OUT = [401, 403];

const asked = (request) => new Promise((done, failed) => {
  request.onsuccess = () => done(request.result);
  request.onerror = () => failed(request.error);
});

async function open() {
  const request = indexedDB.open("yihu respond", 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "number", autoIncrement: true });
  return asked(request);
}

/** 32 hex digits: this deed's own key, the same for every try. */
const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** The token of the session, as it is when something is sent and not as it was when it was touched. */
async function token() {
  if (globalThis.document) return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
  return (await self.cookieStore?.get("csrftoken"))?.value ?? "";
}

/** Whether two deeds say the same, whenever they were touched; of files nobody can tell. */
function sameDeed(one, other) {
  const said = ({ person, fields }) => JSON.stringify([person, fields.filter(([name]) => name !== "key" && name !== "at")]);
  return Boolean(other) && ![one, other].some(({ fields }) => fields.some(([, value]) => value instanceof File)) && said(one) === said(other);
}

export class Queue extends EventTarget {
  #opened = open();
  #sending = null;

  /** @param person whose page this is; "" where nobody knows: the server does
   *  @param ahead milliseconds by which the server's clock is ahead of this one */
  constructor(person = "", ahead = 0) {
    super();
    Object.assign(this, { person, ahead, signedOut: false, failing: false });
    this.#opened.catch(() => {}); // a private window may refuse: see `add`
  }

  /** Try again by itself, for as long as the page is open. */
  keepTrying() {
    addEventListener("online", () => this.send());
    setInterval(() => this.send(), AGAIN);
    return this.send();
  }

  /** @param fields name and value of each; a value may be a file
   *  What waits already and is touched again is kept once. Rejects where the browser keeps nothing. */
  async add({ address, fields, says, refresh = "" }) {
    const at = new Date(Date.now() + this.ahead).toISOString();
    const own = new Map([["key", newKey()], ...fields.filter(([name, value]) => name !== "key" || value), ["at", at]]);
    const deed = { person: this.person, address, fields: [...own], says, at, refresh, refused: "" };
    if (sameDeed(deed, (await this.all()).findLast((one) => one.address === address && !one.refused))) return this.send();
    await asked((await this.#store("readwrite")).add(deed));
    this.#changed();
    globalThis.navigator?.serviceWorker?.ready.then(({ sync }) => sync?.register("deeds")).catch(() => {});
    return this.send();
  }

  /** All that is kept, in its order: what waits, and what was refused and not yet read. */
  async all() {
    return asked((await this.#store("readonly")).getAll());
  }

  /** A refusal was read. */
  async forget(number) {
    await asked((await this.#store("readwrite")).delete(number));
    this.#changed();
  }

  /** One by one in their order; a network that fails holds up all, a refusal holds up none. */
  send() {
    this.#sending ??= this.#locked(() => this.#sendAll()).finally(() => { this.#sending = null; });
    return this.#sending;
  }

  #locked(work) {
    return navigator.locks ? navigator.locks.request(LOCK, work) : work();
  }

  async #sendAll() {
    const tried = new Set();
    try {
      for (let deed = await this.#next(tried); deed; deed = await this.#next(tried)) {
        tried.add(deed.number);
        this.failing = !(await this.#post(deed));
        if (this.failing) break;
      }
    } catch {
      this.failing = true; // no network, or nothing is kept in this browser: the next try may do better
    }
    this.#changed();
  }

  /** What was added while others were being sent is sent, too. */
  async #next(tried) {
    const mine = ({ person }) => !this.person || !person || person === this.person;
    return (await this.all()).find((deed) => !deed.refused && mine(deed) && !tried.has(deed.number));
  }

  /** Whether the server answered, so that the next one can go. */
  async #post(deed) {
    const body = new FormData();
    for (const [name, value] of deed.fields) body.append(name, value);
    const headers = { Accept: "application/json", "X-CSRFToken": await token() };
    const signal = AbortSignal.timeout(PATIENCE);
    const answer = await fetch(deed.address, { method: "POST", body, headers, signal, redirect: "manual", credentials: "same-origin" });
    this.signedOut = answer.type === "opaqueredirect" || SIGNED_OUT.includes(answer.status);
    if (this.signedOut || answer.status >= 500) return false;
    const words = await answer.json().then((said) => said.words, () => String(answer.status));
    if (answer.ok) await this.#done(deed, words);
    else await asked((await this.#store("readwrite")).put({ ...deed, refused: words }));
    this.#changed();
    return true;
  }

  async #done(deed, words) {
    await asked((await this.#store("readwrite")).delete(deed.number));
    this.dispatchEvent(new CustomEvent("sent", { detail: { deed, words } }));
  }

  #changed() {
    this.dispatchEvent(new Event("changed"));
  }

  async #store(mode) {
    return (await this.#opened).transaction(STORE, mode).objectStore(STORE);
  }
}
