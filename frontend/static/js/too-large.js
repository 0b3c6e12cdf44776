// What is more than may be sent at once (data-most-bytes of the form) is refused as it is chosen, dropped or pasted:
// without this it is sent first, for as long as that takes, and refused then. It looks before anybody shows or sends it.

const WORDS_BYTES = 10_000; // of the other fields

document.addEventListener("change", (event) => {
  const { form, files, type } = event.target;
  if (type !== "file" || !form?.dataset.mostBytes) return;
  take(form);
  const most = Number(form.dataset.mostBytes);
  const others = [...form.querySelectorAll("input[type=file]")].filter((input) => input !== event.target);
  let room = most - WORDS_BYTES - others.flatMap((input) => [...input.files]).reduce((sum, file) => sum + file.size, 0);
  const fitting = [...files].filter((file) => file.size <= room && (room -= file.size, true));
  if (fitting.length === files.length) return;
  const refused = [...files].find((file) => !fitting.includes(file));
  const rest = new DataTransfer();
  for (const file of fitting) rest.items.add(file);
  event.target.files = rest.files;
  say(form, `“${refused.name}”: That is more than the ${Math.floor(most / 1e6)} MB that can be sent at once.`);
  if (!form.matches(".composer")) event.stopPropagation(); // it would be sent by its change
}, true);

function take(form) {
  for (const said of form.parentElement.querySelectorAll("[data-refusal]")) said.remove();
}

function say(form, sentence) {
  const said = document.getElementById("refused-file").content.firstElementChild.cloneNode(true);
  said.append(sentence);
  const place = form.querySelector(".composer__attachments");
  if (!place) return form.after(said);
  said.classList.add("composer__error");
  place.before(said);
}
