// Pictures from the clipboard, and what is dropped on a composer, go where chosen files go: into its file field.

document.addEventListener("paste", (event) => {
  const form = event.target.matches?.(".composer__field") && event.target.form;
  if (form && take(form, event.clipboardData?.files)) event.preventDefault();
});

document.addEventListener("dragover", (event) => {
  if (event.target.closest?.("form.composer") && event.dataTransfer?.types.includes("Files")) event.preventDefault();
});

document.addEventListener("drop", (event) => {
  const form = event.target.closest?.("form.composer");
  if (form && take(form, event.dataTransfer?.files, event.target)) event.preventDefault();
});

// The field that files fell on, else the first to be seen: which there are changes with the model.
function fieldFor(form, near) {
  const all = [...form.querySelectorAll("input[type=file]")];
  const isShown = (input) => input.closest("label")?.checkVisibility();
  return near?.closest("label")?.querySelector("input[type=file]") ?? all.find(isShown) ?? all[0];
}

function take(form, files, near) {
  const input = fieldFor(form, near);
  if (!input || !files?.length) return false;
  const all = new DataTransfer();
  for (const file of input.multiple ? [...input.files, ...files] : [files[0]]) all.items.add(file);
  input.files = all.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}
