// Opus packets, as RFC 6716 (3.1, 3.2) puts them together. Pure.
const [ONE_FRAME, SEVERAL, VARYING] = [0, 3, 0x80];
const LONGEST = 1275; // bytes of a frame; from 252 its length takes two

/** Several packets of one frame each as one; undefined where they do not fit into one. */
export function joined(packets) {
  const [kind] = packets[0];
  if (packets.some((packet) => packet[0] !== kind || (kind & 3) !== ONE_FRAME || packet.length > LONGEST + 1)) return undefined;
  const frames = packets.map((packet) => packet.subarray(1));
  const lengths = frames.slice(0, -1).flatMap(({ length }) => (length < 252 ? [length] : [252 + (length & 3), (length - 252 - (length & 3)) >> 2]));
  return Uint8Array.from([kind | SEVERAL, VARYING | frames.length, ...lengths, ...frames.flatMap((frame) => [...frame])]);
}
