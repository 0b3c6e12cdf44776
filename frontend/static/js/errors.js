// A request that reached nobody: say so once, and take it back when the line is there again.
// Answers with an error status carry their own words and are swapped in by htmx.

document.addEventListener("htmx:error", (event) => {
  const corner = document.getElementById("toasts");
  const template = document.getElementById("connection-lost");
  // Without a request in its hands the event tells of a fault in a script.
  if (!event.detail.ctx || !corner || !template || complaint()) return;
  corner.append(template.content.cloneNode(true));
});

document.addEventListener("htmx:after:request", () => complaint()?.remove());

function complaint() {
  return document.querySelector('#toasts [data-code="connection_lost"]');
}
