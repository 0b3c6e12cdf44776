// Focus must not fall out of the page with the button that held it: a swap that takes the focused element away gives
// the focus to the nearest place around it that is still there. What has the focus by then (autofocus) keeps it.

let focused = null;
let places = [];
let wasInUse = false;

document.addEventListener("htmx:before:swap", () => (wasInUse = document.activeElement === focused));

document.addEventListener("focusin", (event) => {
  focused = event.target;
  places = [];
  for (let place = focused.parentElement?.closest("[id]"); place; place = place.parentElement?.closest("[id]")) places.push(place.id);
});

// A form that opens with words in it (a name, a question) is typed on, not in front of; a model is chosen anew.
document.addEventListener("focusin", ({ target }) => prepare(target));
prepare(document.activeElement); // the browser may have been quicker than this file

function prepare(field) {
  if (!field?.autofocus || !field.value || field.selectionEnd !== 0) return;
  field.setSelectionRange(field.matches(".picker__input") ? 0 : field.value.length, field.value.length);
}

// An answer that was watched ends in a swap of its stream, which settles like any other.
for (const name of ["htmx:after:swap", "htmx:after:settle"]) document.addEventListener(name, keep);

// A button that is disabled while its request runs drops the focus, and gets it back.
let paused = null;
document.addEventListener("focusout", ({ target }) => target.disabled && (paused = target));
document.addEventListener("htmx:finally:request", () => setTimeout(goOn)); // htmx enables it again behind this event

function goOn() {
  if (!paused || paused.disabled) return;
  if (document.activeElement === document.body) paused.focus({ preventScroll: true });
  paused = null;
}

function keep() {
  if (!focused || ![document.body, focused].includes(document.activeElement)) return;
  // It is still there; a swap may have closed the menu around it.
  if (focused.isConnected && (!wasInUse || focused.checkVisibility())) return;
  if (focused.isConnected) return focused.closest("details:not([open])")?.querySelector("summary").focus({ preventScroll: true });
  const place = places.map((id) => document.getElementById(id)).find((found) => found?.checkVisibility());
  // The button of a menu stands for what was chosen in it; any other place is focused itself.
  const menu = place?.querySelector(":scope > * > .menu > summary");
  const target = menu?.checkVisibility() ? menu : place;
  if (target === place) place?.setAttribute("tabindex", "-1");
  target?.focus({ preventScroll: true });
}
