// "Use as input": a picture of the page is taken in beside what is there; the price and what the model says to it follow.
// Without this file the button sends the form along and the page comes again.

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-takes-in]");
  if (!button?.form) return;
  event.preventDefault();
  const place = button.form.querySelector(".composer__attachments");
  const id = button.dataset.takesIn;
  const there = place.querySelector(`[value="${id}"]`);
  if (there) there.checked = true;
  else place.append(kept(id, button.parentElement.querySelector("img")));
  place.dispatchEvent(new Event("change"));
  button.form.querySelector(".composer__field").focus();
});

function kept(id, shown) {
  const label = document.createElement("label");
  label.className = "attachment attachment--large";
  const box = document.createElement("input");
  Object.assign(box, { type: "checkbox", name: "asset_ids", value: id, checked: true });
  box.dataset.estimate = "";
  const picture = new Image(56, 56);
  Object.assign(picture, { src: shown.currentSrc || shown.src, alt: "" });
  const name = document.createElement("span");
  name.textContent = shown.alt;
  label.append(box, picture, name);
  return label;
}
