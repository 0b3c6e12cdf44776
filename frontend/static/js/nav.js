// The places in the sidebar say which one is open; htmx may change the address without a new page.

document.addEventListener("htmx:after:settle", () => {
  const current = location.pathname.replace(/^(\/[^/]*).*/, "$1"); // /admin/people is a part of /admin
  for (const link of document.querySelectorAll(".nav a[href]:not(.btn)")) {
    if (link.getAttribute("href") === current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
});
