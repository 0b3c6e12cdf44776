// The gallery by keyboard: arrows move between tiles, Space ticks, Escape unticks; on an item's page arrows turn pages.

const links = () => [...document.querySelectorAll("#tiles .tile__link")];

document.addEventListener("keydown", (event) => {
  const isModified = event.altKey || event.ctrlKey || event.metaKey;
  const isTick = event.key === "Escape" && event.target.matches(".tile__pick input");
  if (isModified || (!isTick && event.target.closest("input, textarea, select, video, summary, dialog"))) return;
  const way = document.querySelector(`.item__way [data-key="${CSS.escape(event.key)}"]`);
  if (way) return way.click();
  if (event.key === "Escape" && document.querySelector(".tile__pick :checked")) document.getElementById("selection").reset();
  const link = event.target.closest("#tiles .tile__link");
  if (!link) return;
  if (event.key === " ") link.parentElement.querySelector(".tile__pick input")?.click();
  const target = event.key === " " ? link : neighbour(link, event.key);
  if (!target) return;
  event.preventDefault();
  target.focus();
});

// Left and right by order; up and down to whatever lies nearest in the next row.
function neighbour(link, key) {
  const all = links();
  const at = all.indexOf(link);
  if (key === "ArrowRight") return all[at + 1];
  if (key === "ArrowLeft") return all[at - 1];
  if (key !== "ArrowDown" && key !== "ArrowUp") return null;
  const down = key === "ArrowDown" ? 1 : -1;
  const here = link.getBoundingClientRect();
  const away = ({ rect }) => Math.abs(rect.left + rect.width / 2 - here.left - here.width / 2);
  return all
    .map((other) => ({ other, rect: other.getBoundingClientRect() }))
    .filter(({ rect }) => (rect.top - here.top) * down > 4)
    .sort((a, b) => (a.rect.top - b.rect.top) * down || away(a) - away(b))[0]?.other;
}
