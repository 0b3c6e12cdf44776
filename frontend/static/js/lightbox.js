// Pictures of the gallery in the large, one after the other. Without this file a tile is a link to the item's page.

const PREVIEW_PX = 1280;
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

document.addEventListener("htmx:after:swap", () => box()?.open && markEnds());

// Where the last picture was, not where the first one was: so the eye finds it again.
document.addEventListener("close", ({ target }) => target === box() && shown?.focus(), true);

function show(link) {
  if (!link) return;
  shown = link;
  const { full } = link.dataset;
  const tile = link.querySelector("img");
  const title = tile.alt;
  const [width, height] = ["width", "height"].map((name) => Number(tile.getAttribute(name))); // those of the file
  // A phone shows no more than the largest preview has; set before src, or both would be fetched.
  const srcset = width > PREVIEW_PX && height <= 2 * width ? `${full}?w=${PREVIEW_PX} ${PREVIEW_PX}w, ${full} ${width}w` : "";
  Object.assign(box().querySelector("img"), { sizes: "100vw", srcset, src: full, alt: title });
  Object.assign(box().querySelector(".lightbox__title"), { href: link.href, textContent: title });
  link.scrollIntoView({ block: "nearest" }); // behind the box: so what follows is fetched before one gets there
  markEnds();
}

function markEnds() {
  for (const step of box().querySelectorAll("[data-step]")) step.ariaDisabled = !beside(Number(step.dataset.step));
}

function beside(step) {
  const pictures = [...document.querySelectorAll("#tiles .tile__link[data-full]")];
  return pictures[pictures.indexOf(shown) + step];
}
