// The gallery by keyboard, what is ticked, and pictures in the large. Without this file every tile is a link.

const grid = () => document.getElementById("tiles");
const links = () => [...(grid()?.querySelectorAll(".tile__link") ?? [])];
const box = () => document.getElementById("lightbox");
let shown = null;

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select, video, summary")) return;
  if (box()?.open) return stepByKey(event);
  const way = document.querySelector(`.item__way [data-key="${event.key}"]`);
  if (way) return way.click();
  const link = event.target.closest?.(".tile__link");
  if (event.key === "Escape" && grid()?.querySelector(":checked")) document.getElementById("selection").reset();
  if (!link) return;
  if (event.key === " ") link.parentElement.querySelector(".tile__pick input")?.click();
  const target = event.key === " " ? link : neighbour(link, event.key);
  if (!target) return;
  event.preventDefault();
  target.focus();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".gallery .tile__link[data-full]");
  if (link && box()?.showModal && !(event.ctrlKey || event.metaKey || event.shiftKey || event.button)) {
    event.preventDefault();
    show(link);
    return box().showModal();
  }
  const step = event.target.closest?.(".lightbox [data-step]");
  if (step) show(beside(Number(step.dataset.step)));
  if (event.target.closest?.(".lightbox [data-close]")) box().close();
});

document.addEventListener("close", (event) => event.target.id === "lightbox" && shown?.focus(), true);
for (const name of ["change", "reset", "htmx:after:swap"]) document.addEventListener(name, () => setTimeout(count));

function count() {
  const place = document.getElementById("picks-count");
  const ticked = document.querySelectorAll(".tile__pick :checked").length;
  if (place) place.textContent = ticked ? `${ticked} selected` : "";
}

function show(link) {
  if (!link) return;
  shown = link;
  const picture = box().querySelector("img");
  const title = link.querySelector("img").alt;
  Object.assign(picture, { src: link.dataset.full, alt: title });
  Object.assign(box().querySelector(".lightbox__title"), { href: link.href, textContent: title });
}

function stepByKey(event) {
  const steps = { ArrowLeft: -1, ArrowRight: 1 };
  if (event.key in steps) show(beside(steps[event.key]));
}

function beside(step) {
  const pictures = links().filter((link) => link.dataset.full);
  return pictures[pictures.indexOf(shown) + step];
}

// Left and right by order; up and down to whatever lies nearest in that direction.
function neighbour(link, key) {
  const all = links();
  const at = all.indexOf(link);
  if (key === "ArrowRight") return all[at + 1];
  if (key === "ArrowLeft") return all[at - 1];
  if (key !== "ArrowDown" && key !== "ArrowUp") return null;
  const here = link.getBoundingClientRect();
  const down = key === "ArrowDown" ? 1 : -1;
  const centre = (rect) => rect.left + rect.width / 2;
  const ranked = all
    .map((other) => ({ other, rect: other.getBoundingClientRect() }))
    .filter(({ rect }) => (rect.top - here.top) * down > 4)
    .sort((a, b) => (a.rect.top - b.rect.top) * down || Math.abs(centre(a.rect) - centre(here)) - Math.abs(centre(b.rect) - centre(here)));
  return ranked[0]?.other;
}
