/* Verifies a receipt in the browser: the same checks, in the same order and with the same
 * reasons as kernel/receipt.py (docs/ledger.md describes the format). Nothing is sent anywhere.
 *
 *   verifyReceipt(receipt, key = null, now = new Date())
 *
 * takes a receipt as text, bytes or object, and a verifier key known from elsewhere. It resolves to
 *   { ok: true, state: "promised, not yet logged" | "in the log", overdue, signature, reference,
 *     key_fingerprint, key_is_pinned, header, entry_hash, integrate_by, words, index, logged_at }
 *   { ok: false, code, message }
 * where signature is "checked", or "unchecked" where this browser has no Ed25519: everything else
 * was then checked, but not who signed. Code is malformed, wrong_key, wrong_signature,
 * changed_entry, changed_words, bad_inclusion; or unsupported, where the page was not loaded
 * safely and the browser therefore offers no cryptography.
 *
 * On a page it starts by itself:
 *
 *   <form data-verify                    (any element)
 *         data-key="name+hash+key"       optional: the key to insist on
 *         data-zone="Asia/Shanghai"      the zone times are shown in
 *         data-promised data-overdue data-logged           a sentence for each verdict,
 *         data-malformed data-wrong-key data-wrong-signature     and for each refusal
 *         data-changed-entry data-changed-words data-bad-inclusion data-unsupported
 *         data-pinned data-unpinned data-unchecked         a sentence about the key>
 *     <input type="file">                a receipt's file, and/or
 *     <textarea></textarea>              its text, pasted
 *     <output></output>                  gets a <p data-verdict="logged"> with the sentence, a <p>
 *   </form>                              about the key, and a <blockquote> for each of the words
 *
 * Sentences may hold {reference}, {time} (logged at, or promised by) and {fingerprint}.
 */

const FORMAT = "yihu-receipt/1";
const PROMISE = "yihu-promise/1";
const ENTRY = "yihu-entry/1 sha256";
const DASH = "\u2014";
const MOST_NESTED = 64;
const PROMISED = "promised, not yet logged";
const LOGGED = "in the log";

const HASH = /^[0-9a-f]{64}$/;
const TIME = /^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$/;
const NAME = /^[!-*,-~]+$/;
const VERIFIER_KEY = /^([!-*,-~]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/;

class Fault extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

const malformed = (message) => new Fault("malformed", message);

// --- bytes and texts -----------------------------------------------------------------------

function join(...pieces) {
  const joined = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}

const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const same = (a, b) => hex(a) === hex(b);
const utf8 = (text) => new TextEncoder().encode(text);
const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));

function base64(value, name, size = null) {
  let text = null;
  try {
    text = atob(value);
  } catch {
    /* told apart below */
  }
  if (typeof value !== "string" || text === null || btoa(text) !== value) {
    throw malformed(`${name}: not base64 in its one form`);
  }
  if (size !== null && text.length !== size) throw malformed(`${name}: not ${size} bytes`);
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** A text that UTF-8 can carry: JSON can hold half a character. */
function whole(text, name) {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  if (typeof text !== "string" || decoder.decode(utf8(text)) !== text) {
    throw malformed(`${name}: not a text`);
  }
  return text;
}

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

function object(value, name) {
  if (!isObject(value)) throw malformed(`${name}: not an object`);
  return value;
}

function time(text) {
  const read = TIME.test(text) ? new Date(`${text.slice(0, 19)}Z`) : new Date(NaN);
  if (Number.isNaN(read.getTime()) || read.toISOString().slice(0, 19) !== text.slice(0, 19)) {
    throw malformed("time: not a canonical time");
  }
  return text;
}

function parseJson(source) {
  try {
    const text = typeof source === "string"
      ? source.replace(/^\ufeff/, "")
      : new TextDecoder("utf-8", { fatal: true }).decode(source);
    return JSON.parse(text);
  } catch {
    throw malformed("not JSON in UTF-8");
  }
}

// --- the entry -----------------------------------------------------------------------------

/** RFC 8785 for what an entry may hold; anything else is a fault. */
function canonical(value, depth = 1) {
  if (depth > MOST_NESTED) throw malformed("an entry's body nests too deep");
  if (Array.isArray(value)) {
    return `[${value.map((item) => canonical(item, depth + 1)).join(",")}]`;
  }
  if (isObject(value)) {
    const pairs = Object.keys(value).sort().map((key) => {
      if (/[^\0-\x7f]/.test(key)) throw malformed("an entry's key is not ASCII");
      return `${JSON.stringify(key)}:${canonical(value[key], depth + 1)}`;
    });
    return `{${pairs.join(",")}}`;
  }
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw malformed("an entry holds whole numbers only");
  }
  return JSON.stringify(typeof value === "string" ? whole(value, "body") : value);
}

function parseEntry(text) {
  const lines = text.split("\n");
  if (lines.length !== 10 || lines[0] !== ENTRY || lines[8] !== "") {
    throw malformed("not an entry: eight header lines, an empty line, a body");
  }
  const [, district, matter, seq, prev, kind, occurred_at, recorded_at, , bodyText] = lines;
  if (!district || !kind || !/^[0-9a-f]{32}$/.test(matter) || !/^[1-9][0-9]{0,14}$/.test(seq)
      || !HASH.test(prev)) {
    throw malformed("an entry's header line is not in its form");
  }
  time(occurred_at);
  time(recorded_at);
  const body = object(parseJson(bodyText), "body");
  if (canonical(body) !== bodyText) throw malformed("an entry's body is not canonical");
  const header = { district, matter, seq: Number(seq), prev, kind, occurred_at, recorded_at };
  return { header, body };
}

// --- keys and signatures -------------------------------------------------------------------

async function parseKey(text) {
  const found = VERIFIER_KEY.exec(text.trim());
  if (!found) throw malformed("not a verifier key (name+hash+key)");
  const data = base64(found[3], "verifier key", 33);
  const digest = await sha256(join(utf8(`${found[1]}\n`), data));
  if (data[0] !== 1 || hex(digest.slice(0, 4)) !== found[2]) {
    throw malformed("verifier key: its hash does not match, perhaps mistyped");
  }
  const fingerprint = hex(digest.slice(0, 16)).match(/.{4}/g).join(" ");
  return { name: found[1], hash: digest.slice(0, 4), public: data.slice(1), fingerprint };
}

async function logKey(text, origin, pinned) {
  const key = await parseKey(text);
  if (key.name !== origin) throw new Fault("wrong_key", "the receipt's key is another log's");
  if (pinned !== null) {
    const known = await parseKey(pinned).catch((fault) => {
      throw new Fault("wrong_key", `the key given: ${fault.message}`);
    });
    if (known.name !== key.name || !same(known.public, key.public)) {
      throw new Fault("wrong_key", "the receipt's key is not the key given");
    }
  }
  return key;
}

const importKey = (bytes) =>
  crypto.subtle.importKey("raw", bytes, { name: "Ed25519" }, false, ["verify"]);

/** Whether this browser knows Ed25519: tried with a key that is known to be one (RFC 8032 §7.1). */
const knowsEd25519 = () =>
  importKey(base64("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "key")).then(
    () => true,
    () => false,
  );

/** How a key's signature over a text is checked; where it cannot be, it is let pass. */
async function checker(key) {
  if (!(await knowsEd25519())) return { signature: "unchecked", signed: async () => true };
  const imported = await importKey(key.public).catch(() => null);
  const signed = async (signature, text) => imported !== null
    && crypto.subtle.verify({ name: "Ed25519" }, imported, signature, utf8(text));
  return { signature: "checked", signed };
}

// --- promise, words, inclusion -------------------------------------------------------------

async function checkPromise(promise, key, signed, entryHash) {
  const text = whole(promise.text, "promise");
  const lines = text.split("\n");
  if (lines.length !== 5 || lines[0] !== PROMISE || !HASH.test(lines[2]) || lines[4] !== "") {
    throw malformed("not a promise: its name, origin, entry hash and time, a line each");
  }
  const integrateBy = time(lines[3]);
  if (!(await signed(base64(promise.signature, "signature"), text))) {
    throw new Fault("wrong_signature", "the promise is not signed by the receipt's key");
  }
  if (lines[1] !== key.name) throw new Fault("wrong_key", "the promise is another log's");
  if (lines[2] !== hex(entryHash)) {
    throw new Fault("changed_entry", "the entry is not the one that was promised");
  }
  return integrateBy;
}

function committed(body) {
  const sealed = Object.hasOwn(body, "sealed") ? body.sealed : [];
  if (!Array.isArray(sealed) || !sealed.every(isObject)) {
    throw malformed("an entry's sealed parts are not in their form");
  }
  return new Set(sealed.map((part) =>
    `${whole(part.commitment, "commitment")} ${whole(part.what, "what")}`));
}

async function checkWords(words, body) {
  if (!Array.isArray(words)) throw malformed("words: not a list");
  const commitments = committed(body);
  const found = [];
  for (const word of words) {
    const isText = isObject(word) && Object.hasOwn(word, "text");
    if (!isObject(word) || isText === Object.hasOwn(word, "bytes")) {
      throw malformed("words: each has a text, or bytes");
    }
    const what = whole(word.what, "what");
    const salt = base64(word.salt, "salt", 32);
    const content = isText ? utf8(whole(word.text, "text")) : base64(word.bytes, "bytes");
    if (!commitments.has(`${hex(await sha256(join(salt, content)))} ${what}`)) {
      throw new Fault("changed_words", `the entry commits to no such ${what}`);
    }
    found.push(isText ? { what, text: word.text } : { what, bytes: word.bytes });
  }
  return found;
}

/** The value of an extension line such as "time 2026-…". */
function value(line, name) {
  if (!line.startsWith(`${name} `)) throw malformed(`checkpoint: no line ${name}`);
  return line.slice(name.length + 1);
}

async function checkCheckpoint(note, key, signed) {
  const at = note.indexOf("\n\n");
  if (at < 0 || !note.endsWith("\n") || at + 2 >= note.length) {
    throw malformed("checkpoint: not a signed note");
  }
  const text = note.slice(0, at + 1);
  const lines = text.split("\n").slice(0, -1);
  if (lines.length < 4 || lines.length > 5) throw malformed("checkpoint: not in its form");
  const [origin, size, root, when, sealed] = lines;
  if (!NAME.test(origin) || !/^(0|[1-9][0-9]{0,17})$/.test(size)) {
    throw malformed("checkpoint: its origin or size is not in its form");
  }
  const state = {
    size: BigInt(size),
    time: time(value(when, "time")),
    root: base64(root, "checkpoint", 32),
  };
  if (sealed !== undefined) base64(value(sealed, "sealed"), "checkpoint", 32);
  const ours = [];
  for (const line of note.slice(at + 2, -1).split("\n")) {
    const found = new RegExp(`^${DASH} ([^ +]+) ([A-Za-z0-9+/=]+)$`, "u").exec(line);
    const data = found && base64(found[2], "checkpoint");
    if (!found || data.length <= 4) throw malformed("checkpoint: not a signature line");
    if (found[1] === key.name && same(data.slice(0, 4), key.hash)) ours.push(data.slice(4));
  }
  let holds = origin === key.name && ours.length > 0;
  for (const signature of ours) holds &&= await signed(signature, text);
  if (!holds) {
    throw new Fault("wrong_signature", "the checkpoint is not signed by the receipt's key");
  }
  return state;
}

const node = (left, right) => sha256(join([1], left, right));

/** RFC 9162 §2.1.3.2. */
async function leadsToRoot(leaf, index, size, path, root) {
  if (index >= size) return false;
  let [at, last, hash] = [index, size - 1n, leaf];
  for (const sibling of path) {
    if (last === 0n) return false;
    if (at % 2n === 1n || at === last) {
      hash = await node(sibling, hash);
      while (at % 2n === 0n && at !== 0n) [at, last] = [at / 2n, last / 2n];
    } else {
      hash = await node(hash, sibling);
    }
    [at, last] = [at / 2n, last / 2n];
  }
  return last === 0n && same(hash, root);
}

async function checkInclusion(inclusion, key, signed, entryHash) {
  const { index, path } = inclusion;
  if (!Number.isSafeInteger(index) || index < 0) throw malformed("inclusion: no index");
  if (!Array.isArray(path) || path.length > MOST_NESTED) throw malformed("inclusion: no path");
  const steps = path.map((step) => base64(step, "path", 32));
  const state = await checkCheckpoint(whole(inclusion.checkpoint, "checkpoint"), key, signed);
  if (!(await leadsToRoot(entryHash, BigInt(index), state.size, steps, state.root))) {
    throw new Fault("bad_inclusion", "the path does not lead to the checkpoint's root");
  }
  return { index, logged_at: state.time };
}

// --- the receipt ---------------------------------------------------------------------------

export async function verifyReceipt(receipt, key = null, now = new Date()) {
  if (!globalThis.crypto?.subtle) {
    return { ok: false, code: "unsupported", message: "no cryptography on a page loaded unsafely" };
  }
  try {
    return await verdict(receipt, key, now);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return { ok: false, code: fault.code, message: fault.message };
  }
}

async function verdict(source, pinned, now) {
  const isRaw = typeof source === "string" || source instanceof Uint8Array
    || source instanceof ArrayBuffer;
  const receipt = isRaw ? parseJson(source) : source;
  if (!isObject(receipt) || receipt.format !== FORMAT) throw malformed(`not a receipt (${FORMAT})`);
  const origin = whole(receipt.origin, "origin");
  const reference = whole(receipt.reference, "reference");
  const key = await logKey(whole(receipt.log_key, "log_key"), origin, pinned);
  const entry = whole(receipt.entry, "entry");
  const { header, body } = parseEntry(entry);
  const entryHash = await sha256(join([0], utf8(entry)));

  const { signature, signed } = await checker(key);
  const promise = object(receipt.promise, "promise");
  const integrateBy = await checkPromise(promise, key, signed, entryHash);
  if (Object.hasOwn(body, "reference") && body.reference !== reference) {
    throw new Fault("changed_entry", "the entry has another reference");
  }
  const words = await checkWords(receipt.words, body);
  const isLogged = (receipt.inclusion ?? null) !== null;
  const inclusion = isLogged
    ? await checkInclusion(object(receipt.inclusion, "inclusion"), key, signed, entryHash)
    : { index: null, logged_at: null };
  return {
    ok: true,
    state: isLogged ? LOGGED : PROMISED,
    overdue: !isLogged && now.getTime() > Date.parse(`${integrateBy.slice(0, 23)}Z`),
    signature,
    key_fingerprint: key.fingerprint,
    key_is_pinned: pinned !== null,
    reference,
    header,
    entry_hash: hex(entryHash),
    integrate_by: integrateBy,
    words,
    ...inclusion,
  };
}

// --- on a page -----------------------------------------------------------------------------

function show(place, result) {
  const output = place.querySelector("output");
  const moment = new Date((result.logged_at ?? result.integrate_by ?? "").replace(/\d{3}Z$/, "Z"));
  const filled = {
    reference: result.reference,
    fingerprint: result.key_fingerprint,
    time: result.ok && moment.toLocaleString(document.documentElement.lang || undefined,
      { timeZone: place.dataset.zone || "Asia/Shanghai" }),
  };
  const line = (name, tag = "p") => {
    const attribute = name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());
    const element = document.createElement(tag);
    element.textContent = (place.dataset[attribute] ?? name)
      .replace(/\{(reference|time|fingerprint)\}/g, (_, field) => filled[field] ?? "");
    return element;
  };
  const promised = result.overdue ? "overdue" : "promised";
  const code = result.ok ? (result.state === LOGGED ? "logged" : promised) : result.code;
  const first = line(code);
  first.dataset.verdict = code;
  const said = [first];
  if (result.ok) {
    const pinned = result.key_is_pinned ? "pinned" : "unpinned";
    said.push(line(result.signature === "checked" ? pinned : "unchecked"));
    for (const word of result.words) {
      if (word.text === undefined) continue;
      const quote = document.createElement("blockquote");
      quote.textContent = word.text;
      said.push(quote);
    }
  }
  output.replaceChildren(...said);
}

function start(place) {
  let latest = 0;
  const check = async (source) => {
    const turn = ++latest;
    const result = await verifyReceipt(source, place.dataset.key || null);
    if (turn === latest) show(place, result);
  };
  place.addEventListener("change", async ({ target }) => {
    if (target.type === "file" && target.files[0]) check(await target.files[0].arrayBuffer());
    if (target.matches("textarea") && target.value.trim()) check(target.value);
  });
  place.addEventListener("submit", (event) => {
    const text = place.querySelector("textarea")?.value ?? "";
    const file = place.querySelector("input[type=file]")?.files[0];
    if (!text.trim() && !file) return; // nothing to check, nothing to keep back: the server says so
    event.preventDefault();
    if (text.trim()) check(text);
    else file.arrayBuffer().then(check);
  });
}

if (typeof document !== "undefined") document.querySelectorAll("[data-verify]").forEach(start);
