// The prompt field: Enter sends, Shift+Enter breaks the line, Ctrl or ⌘ with Enter sends, also a question being edited.
// On a touch keyboard Enter breaks the line, since there is no Shift to hold; the button sends.

const touch = matchMedia("(pointer: coarse)");
const sent = new WeakMap();

document.addEventListener("keydown", (event) => {
  const field = event.target;
  if (event.key !== "Enter" || event.isComposing || !field.matches?.(".composer__field, .message--editing textarea")) return;
  const isCommand = event.ctrlKey || event.metaKey;
  if (!isCommand && !field.matches(".composer__field")) return;
  if (!isCommand && (event.shiftKey || event.altKey || touch.matches)) return;
  event.preventDefault();
  if (field.value.trim()) field.form.requestSubmit();
});

// What was sent leaves the field once the server has it; what was typed meanwhile stays, and so does all on a failure.
document.addEventListener("htmx:before:request", (event) => {
  const field = fieldOf(event);
  if (field) sent.set(field, field.value);
});

document.addEventListener("htmx:after:request", (event) => {
  const field = fieldOf(event);
  if (!field || event.detail.ctx.response.status >= 400) return;
  const text = sent.get(field) ?? "";
  if (field.value.startsWith(text)) field.value = field.value.slice(text.length);
  field.form.querySelector(".composer__error")?.remove();
  field.form.querySelectorAll("[aria-invalid]").forEach((mended) => mended.removeAttribute("aria-invalid"));
  grow(field);
  if (!touch.matches) field.focus({ preventScroll: true });
});

// Browsers without field-sizing get the same growth from here.
if (!CSS.supports("field-sizing", "content")) {
  document.addEventListener("input", (event) => event.target.matches?.(".composer__field") && grow(event.target));
}

function grow(field) {
  if (CSS.supports("field-sizing", "content")) return;
  field.style.blockSize = "auto";
  field.style.blockSize = `${field.scrollHeight}px`;
}

function fieldOf(event) {
  const form = event.detail.ctx?.sourceElement;
  return form?.matches?.("form.composer") ? form.querySelector(".composer__field") : null;
}
