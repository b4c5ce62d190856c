// The line to the relay: logs in with a ticket, comes back by itself, with growing pauses that
// begin anew only once it has been welcomed (not once it has connected).
const FIRST = 250, LONGEST = 2000, LATER = 15_000; // milliseconds between two attempts
const PATIENT = 60_000; // milliseconds without a line, after which the attempts become rare
const ASKS_EVERY = 4000, SILENT = 10_000; // milliseconds: a network can vanish without a word
// Why the relay closes the line of a page that another one of this browser has taken over from: they
// must not take it from each other without end.
const ELSEWHERE = "logged in elsewhere";
const LOST = "lost set"; // the web server gives it no ticket and has signed it out
const GONE = 410;
const BACKLOG = 8192; // bytes: some two seconds of speech that the network does not take

/** 32 hex digits of this browser's own. */
export function device() {
  const kept = localStorage.getItem("yihu device");
  if (/^[0-9a-f]{32}$/.test(kept ?? "")) return kept;
  const made = [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
  localStorage.setItem("yihu device", made);
  return made;
}

export class Line extends EventTarget {
  #socket;
  #attempts = 0;
  #welcomed = Date.now();
  #unanswered = 0; // since when
  #waiting;
  #epoch = "";
  #seen = 0;

  constructor(relay, ticketAddress, csrf) {
    super();
    Object.assign(this, { relay, ticketAddress, csrf });
    this.#connect();
    addEventListener("online", () => this.#now());
    addEventListener("offline", () => this.#socket?.close());
    setInterval(() => this.#ask(), ASKS_EVERY);
  }

  say(word, more = {}) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ say: word, ...more }));
  }

  /** One frame: kind, stream and packet in front of what the encoder gave; whether it went. */
  speak(stream, packet, opus) {
    if (this.#socket?.readyState !== WebSocket.OPEN || this.#socket.bufferedAmount > BACKLOG) return false;
    const frame = new Uint8Array(9 + opus.length);
    const head = new DataView(frame.buffer);
    head.setUint8(0, 1);
    head.setUint32(1, stream);
    head.setUint32(5, packet);
    frame.set(opus, 9);
    this.#socket.send(frame);
    return true;
  }

  #connect() {
    const socket = new WebSocket(this.relay);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#login(socket);
    socket.onmessage = ({ data }) => {
      this.#unanswered = 0;
      if (typeof data === "string") this.#told(JSON.parse(data));
      else this.#heard(data);
    };
    socket.onclose = ({ reason }) => this.#again(socket, reason);
    [this.#socket, this.#unanswered] = [socket, Date.now()];
  }

  /** A ticket is good for a minute, so it is fetched only once there is a relay to show it to. */
  async #login(socket) {
    try {
      const body = new URLSearchParams({ device: device() });
      const answer = await fetch(this.ticketAddress, { method: "POST", body, headers: { "X-CSRFToken": this.csrf } });
      if (answer.status === GONE) return this.#drop(LOST);
      if (!answer.ok || answer.redirected) throw new Error("no ticket");
      const { ticket } = await answer.json();
      if (socket.readyState !== WebSocket.OPEN) return; // closed meanwhile
      socket.send(JSON.stringify({ say: "Login", ticket, epoch: this.#epoch, since: this.#seen }));
    } catch {
      socket.close();
    }
  }

  #told(message) {
    if (message.say === "Welcome") {
      [this.#attempts, this.#welcomed] = [0, Date.now()];
      if (this.#epoch !== message.epoch) this.#seen = message.newest;
      this.#epoch = message.epoch;
    }
    if (message.say === "Event") this.#seen = message.number;
    this.dispatchEvent(new CustomEvent(message.say, { detail: message }));
  }

  #heard(data) {
    const head = new DataView(data);
    const detail = { stream: head.getUint32(1), packet: head.getUint32(5), opus: new Uint8Array(data, 9) };
    this.dispatchEvent(new CustomEvent("Frame", { detail }));
  }

  /** Whether anybody is still there: a line that does not answer is a dead one. */
  #ask() {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    if (!this.#unanswered) {
      this.#unanswered = Date.now();
      this.say("Ping");
    } else if (Date.now() - this.#unanswered > SILENT) this.#drop();
  }

  /** Closing properly would wait for the other end, which may be gone. */
  #drop(reason) {
    const socket = this.#socket;
    socket.onopen = socket.onclose = socket.onmessage = null;
    socket.close();
    this.#again(socket, reason);
  }

  #again(socket, reason = "") {
    if (socket !== this.#socket) return;
    this.dispatchEvent(new CustomEvent("lost", { detail: reason }));
    if (reason === ELSEWHERE || reason === LOST) return;
    const longest = Date.now() - this.#welcomed < PATIENT ? LONGEST : LATER;
    const pause = Math.min(FIRST * 2 ** this.#attempts++, longest);
    this.#waiting = setTimeout(() => this.#connect(), pause * (0.5 + Math.random() / 2));
  }

  #now() {
    clearTimeout(this.#waiting);
    this.#attempts = 0;
    if (this.#socket.readyState === WebSocket.CLOSED) this.#connect();
  }
}
