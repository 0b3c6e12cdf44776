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
  if (form && take(form, event.dataTransfer?.files)) event.preventDefault();
});

function take(form, files) {
  const input = form.querySelector("input[type=file]");
  if (!input || !files?.length) return false;
  const all = new DataTransfer();
  for (const file of [...input.files, ...files]) all.items.add(file);
  input.files = all.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}
