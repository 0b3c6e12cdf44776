// News goes by itself after four seconds, with something to do in it after eight, bad news never; pointing at one or
// focusing it stops the clock for all. In a tab that nobody looks at it waits.

const STAYS_MS = 4000;
const STAYS_TO_ACT_MS = 8000;
const corner = document.getElementById("toasts");
const clocks = new Map();

if (corner) {
  new MutationObserver(arrived).observe(corner, { childList: true });
  corner.addEventListener("pointerover", stop);
  corner.addEventListener("focusin", stop);
  corner.addEventListener("pointerleave", start);
  corner.addEventListener("focusout", start);
  document.addEventListener("visibilitychange", () => (document.hidden ? stop() : start()));
  start();
}

document.addEventListener("click", (event) => {
  const toast = event.target.closest?.("[data-dismiss]")?.closest(".toast");
  if (!toast) return;
  const next = toast.nextElementSibling ?? toast.previousElementSibling;
  toast.remove();
  // Focus must not fall out of the page with the button that held it.
  (next?.querySelector("[data-dismiss]") ?? document.getElementById("main"))?.focus({ preventScroll: true });
});

// What was only to be read, or could be undone, is old news beside something newer: five in a row would hide the page's
// own buttons, and an undo of the step before last would not do what it says.
function arrived(changes) {
  const fresh = new Set(changes.flatMap((change) => [...change.addedNodes]));
  for (const toast of corner.querySelectorAll(".toast")) if (fresh.size && !fresh.has(toast) && isOver(toast)) toast.remove();
  start();
}

function start() {
  if (document.hidden) return;
  for (const toast of corner.querySelectorAll(".toast")) {
    if (isBad(toast) || clocks.has(toast)) continue;
    const stays = isOnlyRead(toast) ? STAYS_MS : STAYS_TO_ACT_MS;
    clocks.set(toast, setTimeout(() => (clocks.delete(toast), toast.remove()), stays));
  }
}

function isBad(toast) {
  return ["error", "warning"].includes(toast.dataset.kind);
}

function isOnlyRead(toast) {
  return !isBad(toast) && !toast.querySelector("form, a");
}

function isOver(toast) {
  return !isBad(toast) && !toast.querySelector("a") && !toast.contains(document.activeElement);
}

function stop() {
  clocks.forEach((clock) => clearTimeout(clock));
  clocks.clear();
}
