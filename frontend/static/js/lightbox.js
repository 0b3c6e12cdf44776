// The gallery in the large, one after the other. Without this file a tile is a link to the item's page.
// What is shown of a tile is for lightbox-media.js to say.

const box = () => document.getElementById("lightbox");
const rest = () => document.querySelector(".tiles__more");
let shown = null;
let isAwaited = false; // Next was pressed where what follows is not there yet

document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".gallery .tile__link[data-full]");
  if (link && box()?.showModal && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
    event.preventDefault();
    show(link);
    return box().showModal();
  }
  const step = event.target.closest?.("#lightbox [data-step]");
  if (step) go(Number(step.dataset.step));
  if (event.target.closest?.("#lightbox [data-close]")) box().close();
});

document.addEventListener("keydown", (event) => {
  if (!box()?.open || event.target.closest("video")) return; // in a video the arrows seek
  if (event.key === "ArrowLeft") go(-1);
  if (event.key === "ArrowRight") go(1);
});

document.addEventListener("htmx:after:swap", () => {
  if (!box()?.open) return;
  if (isAwaited) go(1);
  markEnds();
});

// What has failed is fetched by the next press, not by whatever else comes into the page.
for (const name of ["htmx:error", "htmx:after:request"]) {
  document.addEventListener(name, ({ detail: { ctx } }) => {
    if (ctx?.sourceElement.closest(".tiles__more")) isAwaited &&= ctx.response?.status < 400;
  });
}

document.addEventListener("close", ({ target }) => target === box() && leave(), true);

// Where the last one was, not where the first one was: so the eye finds it again.
function leave() {
  isAwaited = false;
  shown?.focus();
}

function go(way) {
  const link = beside(way);
  isAwaited = way > 0 && !link && Boolean(rest());
  if (link) show(link);
  else if (isAwaited) rest().querySelector("a").click(); // coming into view fetches once, also where that has failed
}

function show(link) {
  shown = link;
  link.dispatchEvent(new CustomEvent("lightbox:show", { bubbles: true }));
  link.scrollIntoView({ block: "nearest" }); // behind the box: so the eye finds it again, and what follows is fetched
  if (!beside(1)) bringRest();
  markEnds();
}

// Coming into view fetches it: it may begin with texts, which are not shown here.
function bringRest() {
  rest()?.scrollIntoView({ block: "nearest" });
}

function markEnds() {
  const [previous, next] = [-1, 1].map((way) => box().querySelector(`[data-step="${way}"]`));
  previous.ariaDisabled = !beside(-1);
  next.ariaDisabled = !beside(1) && !rest();
}

function beside(step) {
  const all = [...document.querySelectorAll("#tiles .tile__link[data-full]")];
  return all[all.indexOf(shown) + step];
}
