// The line to the relay: logs in with a ticket, comes back by itself, with growing pauses that
// begin anew only once it has been welcomed (not once it has connected).
const FIRST = 500, LONGEST = 15_000; // milliseconds

/** 32 hex digits of this browser's own. */
function device() {
  const kept = localStorage.getItem("yihu device");
  if (/^[0-9a-f]{32}$/.test(kept ?? "")) return kept;
  const made = [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
  localStorage.setItem("yihu device", made);
  return made;
}

export class Line extends EventTarget {
  #socket;
  #pause = FIRST;
  #epoch = "";
  #seen = 0;

  constructor(relay, ticketAddress, csrf) {
    super();
    Object.assign(this, { relay, ticketAddress, csrf });
    this.#connect();
    addEventListener("online", () => { this.#pause = FIRST; });
  }

  say(word, more = {}) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ say: word, ...more }));
  }

  /** One frame: kind, stream and packet in front of what the encoder gave. */
  speak(stream, packet, opus) {
    if (this.#socket?.readyState !== WebSocket.OPEN || this.#socket.bufferedAmount > 16_384) return;
    const frame = new Uint8Array(9 + opus.length);
    const head = new DataView(frame.buffer);
    head.setUint8(0, 1);
    head.setUint32(1, stream);
    head.setUint32(5, packet);
    frame.set(opus, 9);
    this.#socket.send(frame);
  }

  async #connect() {
    try {
      const body = new URLSearchParams({ device: device() });
      const answer = await fetch(this.ticketAddress, { method: "POST", body, headers: { "X-CSRFToken": this.csrf } });
      if (!answer.ok || answer.redirected) throw new Error("no ticket");
      const { ticket } = await answer.json();
      this.#open(ticket);
    } catch {
      this.#again();
    }
  }

  #open(ticket) {
    const socket = new WebSocket(this.relay);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => socket.send(JSON.stringify({ say: "Login", ticket, epoch: this.#epoch, since: this.#seen }));
    socket.onmessage = ({ data }) => (typeof data === "string" ? this.#told(JSON.parse(data)) : this.#heard(data));
    socket.onclose = () => this.#again();
    this.#socket = socket;
  }

  #told(message) {
    if (message.say === "Welcome") {
      this.#pause = FIRST;
      if (this.#epoch !== message.epoch) this.#seen = message.newest;
      this.#epoch = message.epoch;
    }
    if (message.say === "Event") this.#seen = message.number;
    if (message.say === "Reload") location.reload();
    this.dispatchEvent(new CustomEvent(message.say, { detail: message }));
  }

  #heard(data) {
    const head = new DataView(data);
    const detail = { stream: head.getUint32(1), packet: head.getUint32(5), opus: new Uint8Array(data, 9) };
    this.dispatchEvent(new CustomEvent("Frame", { detail }));
  }

  #again() {
    this.dispatchEvent(new Event("lost"));
    setTimeout(() => this.#connect(), this.#pause * (0.5 + Math.random()));
    this.#pause = Math.min(this.#pause * 2, LONGEST);
  }
}
