// A button that saves a file (data-saves) sends its form as a browser does by itself: the file goes to the browser's
// downloads, while htmx would read all of it into the page. Without this file there is no htmx to keep away either.

document.addEventListener("submit", (event) => event.submitter?.matches("[data-saves]") && event.stopPropagation(), true);
