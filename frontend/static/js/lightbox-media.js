// What the lightbox shows of a tile: its picture as large as there is room for, or its video.

const PREVIEW_PX = 1280;
const box = () => document.getElementById("lightbox");

document.addEventListener("lightbox:show", ({ target: link }) => {
  const tile = link.querySelector("img");
  const [width, height] = ["width", "height"].map((name) => Number(tile.getAttribute(name))); // those of the file
  const isFilm = Boolean(link.closest(".tile--video"));
  box().querySelector("img").hidden = isFilm;
  if (isFilm) showFilm(link.dataset.full, tile.alt, width / height);
  else showPicture(link.dataset.full, tile.alt, width, height);
  Object.assign(box().querySelector(".lightbox__title"), { href: link.href, textContent: tile.alt });
});

// What this browser does not play is explained on its page, and can be saved there. Who only comes past it goes on.
document.addEventListener("error", ({ target }) => {
  if (target.matches?.("#lightbox video[src]") && target.autoplay && target.error.code >= MediaError.MEDIA_ERR_DECODE) {
    location.assign(box().querySelector(".lightbox__title").href);
  }
}, true);

document.addEventListener("close", ({ target }) => target === box() && putFilmAway(), true);

function showPicture(full, title, width, height) {
  putFilmAway();
  // A phone shows no more than the largest preview has; set before src, or both would be fetched.
  const srcset = width > PREVIEW_PX && height <= 2 * width ? `${full}?w=${PREVIEW_PX} ${PREVIEW_PX}w, ${full} ${width}w` : "";
  Object.assign(box().querySelector("img"), { sizes: "100vw", srcset, src: full, alt: title });
}

// Who presses a video wants to see it; who comes past one may not want to hear it.
function showFilm(full, title, ratio) {
  const film = box().querySelector("video");
  film.hidden = false;
  film.style.setProperty("--ratio", ratio);
  Object.assign(film, { autoplay: !box().open, poster: `${full}?w=${PREVIEW_PX}`, src: full, ariaLabel: title });
}

function putFilmAway() {
  const film = box().querySelector("video");
  film.hidden = true;
  film.removeAttribute("src");
  film.load(); // else it plays on, unseen
}
