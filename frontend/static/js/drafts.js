// What was typed into the composer stays until it is sent: over a reload, and with a link that takes it along to another
// page ([data-carries]: another kind of thing to make, a picture to begin with), from where no composer is the draft of
// the page that it names, unless there is one already. In this tab only, for who typed it.
// Words that a recipe brought in are kept by the whole address; what was typed before them stays beneath the plain one.

const store = own();
const waiting = new WeakMap();
const seen = new WeakSet();

setTimeout(restore); // behind htmx, which begins in this way too
document.addEventListener("htmx:after:swap", restore);

document.addEventListener("input", ({ target }) => target === field() && keep(target));

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-carries]");
  const words = link && (field() ? field().value : store[key(link.pathname)] || store[key(link.dataset.carries)]);
  if (words?.trim()) store[key(link.pathname)] = words;
});

document.addEventListener("htmx:before:request", (event) => {
  if (isComposer(event)) waiting.set(event.detail.ctx, field().value);
});

document.addEventListener("htmx:after:request", (event) => {
  if (!isComposer(event) || !(event.detail.ctx.response?.status < 400)) return;
  const text = waiting.get(event.detail.ctx);
  for (const name of Object.keys(store)) if (name.startsWith(key("")) && store[name] === text) delete store[name];
  keep(field()); // composer.js has left there what was typed meanwhile
});

function restore() {
  const found = field();
  if (!found || seen.has(found)) return;
  seen.add(found);
  const draft = store[place(found)];
  if (!draft || draft === found.defaultValue) return; // a browser may have put it there itself, but not told the price
  found.value = draft;
  found.dispatchEvent(new Event("input", { bubbles: true })); // its price, and its height
}

function keep(found) {
  if (found.value) store[place(found)] = found.value;
  else delete store[place(found)];
}

function place(found) {
  return key(location.pathname + (found.defaultValue ? location.search : ""));
}

function key(address) {
  return `draft ${document.body.dataset.viewer} ${address}`;
}

function field() {
  return document.querySelector("#composer > .composer__field");
}

function isComposer(event) {
  return event.detail.ctx?.sourceElement?.id === "composer";
}

// Where storage is forbidden, asking for it throws; then a draft lives as long as the page.
function own() {
  try {
    return sessionStorage;
  } catch {
    return {};
  }
}
