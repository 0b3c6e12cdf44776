// <button data-copy="#source"> copies the value of a field (raw Markdown in a <textarea hidden>) or an element's text;
// with an empty data-copy it copies the code beside it. It says so on itself and in the live region.

const SHOWN_MS = 2000;

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  const source = button && (button.dataset.copy ? document.querySelector(button.dataset.copy) : button.parentElement.querySelector("code"));
  if (!source) return;
  const done = await copy(source.value ?? source.textContent);
  announce(done ? "Copied" : "Copying is not allowed here");
  if (!done) return;
  button.dataset.copied = "";
  setTimeout(() => delete button.dataset.copied, SHOWN_MS);
});

// Code from a model gets its button here: nothing that acts may come out of the renderer.
document.addEventListener("htmx:after:swap", equip);
equip();

function equip() {
  const template = document.getElementById("copy-code");
  for (const block of template ? document.querySelectorAll(".code:not(:has(> [data-copy]))") : []) {
    block.append(template.content.cloneNode(true));
  }
}

// The clipboard API exists on HTTPS and localhost only; a studio on a home network is often neither.
async function copy(text) {
  if (navigator.clipboard) {
    return navigator.clipboard.writeText(text).then(() => true, () => false);
  }
  const carrier = document.createElement("textarea");
  const focused = document.activeElement;
  carrier.value = text;
  carrier.className = "visually-hidden";
  document.body.append(carrier);
  carrier.select();
  const done = document.execCommand("copy");
  carrier.remove();
  focused?.focus();
  return done;
}

// The same words twice in a row are silent unless the region was empty in between.
function announce(text) {
  const region = document.getElementById("announcer");
  if (!region) return;
  region.textContent = "";
  requestAnimationFrame(() => (region.textContent = text));
}
