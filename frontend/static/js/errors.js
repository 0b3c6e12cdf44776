// A request that reached nobody, and a studio that is away for a while: said once however often it is met, and taken
// back when somebody answers. Answers with an error status carry their own words and are swapped in by htmx, but for
// those to what asks again by itself ([data-polls], with hx-status:5xx="swap:none"): it would say so every few seconds.

const LOST = ["connection_lost"];
const AWAY = ["restarting", "starting"]; // as the two services call it

document.addEventListener("htmx:error", (event) => {
  // Without a request in its hands the event tells of a fault in a script.
  if (event.detail.ctx) say("connection-lost", LOST);
});

document.addEventListener("htmx:after:request", (event) => {
  const { response, sourceElement } = event.detail.ctx;
  takeBack(LOST);
  if (response.status !== 503) takeBack(AWAY);
  else if (sourceElement.hasAttribute("data-polls")) say("studio-away", AWAY);
  else takeBack(AWAY); // whoever pressed something gets the words of the answer in place of the old ones
});

function say(name, codes) {
  const corner = document.getElementById("toasts");
  const template = document.getElementById(name);
  if (corner && template && !said(codes).length) corner.append(template.content.cloneNode(true));
}

function takeBack(codes) {
  for (const toast of said(codes)) toast.remove();
}

function said(codes) {
  return [...document.querySelectorAll("#toasts [data-code]")].filter((toast) => codes.includes(toast.dataset.code));
}
