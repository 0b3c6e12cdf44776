// Pictures of the gallery in the large, one after the other. Without this file a tile is a link to the item's page.

const box = () => document.getElementById("lightbox");
let shown = null;

document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".gallery .tile__link[data-full]");
  if (link && box()?.showModal && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
    event.preventDefault();
    show(link);
    return box().showModal();
  }
  const step = event.target.closest?.("#lightbox [data-step]");
  if (step) show(beside(Number(step.dataset.step)));
  if (event.target.closest?.("#lightbox [data-close]")) box().close();
});

document.addEventListener("keydown", (event) => {
  if (!box()?.open) return;
  if (event.key === "ArrowLeft") show(beside(-1));
  if (event.key === "ArrowRight") show(beside(1));
});

// Where the last picture was, not where the first one was: so the eye finds it again.
document.addEventListener("close", ({ target }) => target === box() && shown?.focus(), true);

function show(link) {
  if (!link) return;
  shown = link;
  const title = link.querySelector("img").alt;
  Object.assign(box().querySelector("img"), { src: link.dataset.full, alt: title });
  Object.assign(box().querySelector(".lightbox__title"), { href: link.href, textContent: title });
}

function beside(step) {
  const pictures = [...document.querySelectorAll("#tiles .tile__link[data-full]")];
  return pictures[pictures.indexOf(shown) + step];
}
