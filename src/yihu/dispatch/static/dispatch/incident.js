// An incident's page follows what happens, but not while somebody listens to it: what is new stands
// there once the burst has ended.
document.body.addEventListener("htmx:beforeSwap", ({ target, detail }) => {
  const listens = [...document.querySelectorAll("#story audio")].some(({ paused }) => !paused);
  if (target.id === "story" && listens) detail.shouldSwap = false;
});

// What has come meanwhile stands on the page then, and does not stop a move that is made knowing it;
// another step does.
document.body.addEventListener("htmx:afterSwap", () => {
  const { seq } = document.getElementById("story").dataset;
  if (!seq) return;
  for (const field of document.querySelectorAll(".incident-moves input[name=seq]")) field.value = seq;
});
