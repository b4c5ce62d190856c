// An incident's page follows what happens, but not while somebody listens to it: what is new stands
// there once the burst has ended.
document.body.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const listens = [...document.querySelectorAll("#story audio")].some(({ paused }) => !paused);
  if (listens) detail.shouldSwap = false;
});
