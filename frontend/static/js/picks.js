// How many tiles are ticked, said in the bar; and the toast with an undo that was taken goes.

addEventListener("pageshow", () => setTimeout(count)); // ticks are there again on the way back
for (const name of ["change", "reset", "htmx:after:swap"]) document.addEventListener(name, () => setTimeout(count));

function count() {
  const place = document.getElementById("picks-count");
  const ticked = document.querySelectorAll(".tile__pick :checked").length;
  const all = document.querySelector("#picks-all:checked") && document.querySelector(".tabs [aria-current] .gallery__count");
  const said = all ? `All ${all.textContent} selected` : ticked ? `${ticked} selected` : "";
  if (place && place.textContent !== said) place.textContent = said;
}

// Not before the answer: its form must stay in the page until then.
document.addEventListener("submit", ({ target }) => target.closest(".toast")?.setAttribute("data-taken", ""));
document.addEventListener("htmx:after:swap", () => {
  const toast = document.querySelector(".toast[data-taken]");
  if (toast?.contains(document.activeElement)) document.getElementById("main")?.focus({ preventScroll: true });
  toast?.remove();
});
