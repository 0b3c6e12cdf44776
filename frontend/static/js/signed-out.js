// A page that outlives its session goes on with the next one of the same person: the answer to what was pressed brings
// the token. Until then what asks by itself ([data-polls]) says only once that nobody is signed in.

const CODES = ["signed_out", "signed_in_anew", "somebody_else"]; // as frontend/pages/stale.py calls them

document.addEventListener("studio:token", ({ detail: { token } }) => {
  const headers = JSON.parse(document.body.getAttribute("hx-headers:inherited"));
  document.body.setAttribute("hx-headers:inherited", JSON.stringify({ ...headers, "X-CSRF-Token": token }));
  for (const field of document.querySelectorAll("input[name=csrf]")) field.value = token;
});

document.addEventListener("htmx:after:request", (event) => {
  const { response, sourceElement } = event.detail.ctx;
  const said = [...document.querySelectorAll("#toasts [data-code]")].filter(({ dataset }) => CODES.includes(dataset.code));
  if (response.status === 401 && said.length && sourceElement.hasAttribute("data-polls")) event.preventDefault();
  else for (const toast of said) toast.remove();
});
