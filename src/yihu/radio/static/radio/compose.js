// Words, a photo, or one's own position, sent to the chosen group; a try that fails loses nothing.
import { at, newKey, post, say } from "./screen.js";

export function compose(address, groups, place) {
  const form = at("message");
  let key = newKey();
  form.addEventListener("input", () => { key = newKey(); });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const fields = new FormData(form);
    const kind = event.submitter.value;
    if (kind === "position") {
      const found = place.latest ?? (await place.look());
      if (!found) return tell(say("no_place"));
      for (const [name, value] of Object.entries(found)) fields.set(name, value);
    }
    fields.set("kind", kind === "text" && at("photo").files.length ? "photo" : kind);
    fields.set("key", key);
    tell(await sent(address.replace("GROUP", groups.chosen.id), fields));
  });

  async function sent(where, fields) {
    const answer = await post(where, fields).catch(() => null);
    if (answer?.status === 409) return (await answer.json()).words;
    if (!answer?.ok) return say("message_failed");
    form.reset();
    key = newKey();
    return say("message_sent");
  }

  const tell = (text) => { at("message-state").textContent = text; };
}
