// Shows the files that were chosen for a question; those that are pasted or dropped come in by drops.js.
// Without this the file field shows itself; what is shown here is marked data-local and leaves with the question.

document.addEventListener("change", (event) => {
  if (event.target.matches?.(".composer input[type=file]")) show(event.target);
});

// The same files must not go out a second time with the next question.
document.addEventListener("htmx:after:request", (event) => {
  const { sourceElement: form, response } = event.detail.ctx ?? {};
  if (!form?.matches?.("form.composer") || !response || response.status >= 400) return;
  for (const input of form.querySelectorAll("input[type=file]")) {
    input.value = "";
    show(input);
  }
});

function show(input) {
  const place = input.form.querySelector(".composer__attachments");
  for (const old of place?.querySelectorAll(`[data-local="${input.name}"]`) ?? []) old.remove();
  for (const file of input.files) place?.append(chip(file, input));
  if ([...input.files].some((file) => file.type === "image/gif")) place?.append(note(input));
  place?.dispatchEvent(new Event("change")); // what is taken in may cost something
}

function chip(file, input) {
  const chip = document.createElement("span");
  chip.className = "attachment";
  chip.dataset.local = input.name;
  if (file.type.startsWith("image/")) {
    const picture = new Image(32, 32);
    picture.src = URL.createObjectURL(file);
    picture.onload = () => URL.revokeObjectURL(picture.src);
    picture.onerror = () => picture.remove(); // its name is shown then, and what is wrong with it when it is sent
    picture.alt = "";
    chip.append(picture);
  }
  const name = document.createElement("span");
  name.textContent = file.name;
  const chosen = document.createElement("input");
  Object.assign(chosen, { type: "hidden", name: "chosen", value: file.name });
  chosen.dataset.estimate = "";
  chip.append(name, chosen, removal(file, input));
  return chip;
}

function note(input) {
  const note = document.createElement("p");
  note.className = "field__hint";
  note.dataset.local = input.name;
  note.textContent = "Of an animated GIF only the first picture is used.";
  return note;
}

function removal(file, input) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "attachment__remove";
  button.textContent = "×";
  button.ariaLabel = `Remove ${file.name}`;
  button.addEventListener("click", () => {
    const others = new DataTransfer();
    for (const other of input.files) if (other !== file) others.items.add(other);
    input.files = others.files;
    show(input);
    input.form.querySelector(".composer__field").focus();
  });
  return button;
}
