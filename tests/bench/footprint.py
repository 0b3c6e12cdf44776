"""
What the studio costs before anybody does anything: seconds until ready, memory at rest, and the weight of each page.

Ready is from the start of both processes until both `/readyz` say 200, on a database that exists. Memory is the
proportional set size of both process groups after `--rest` seconds. Pages are loaded in Chromium with an empty cache.
"""

import argparse
import re
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.bench.figures import conditions, median, pss_mb
from tests.bench.pages import long_conversation
from tests.support.browser import launch
from tests.support.services import PASSWORD, Services, running_services


def start_times(services: Services, times: int) -> list[float]:
    took = []
    for _ in range(times):
        services.frontend.stop()
        services.backend.stop()
        began = time.perf_counter()
        services.backend.start()
        services.frontend.start()
        services.backend.wait_until_ready()
        services.frontend.wait_until_ready()
        took.append(time.perf_counter() - began)
    return took


def weigh(page: Page, path: str) -> tuple[float, int]:
    """(KB on the wire, requests) of a first visit, pictures that people made aside."""
    wire = {"bytes": 0, "requests": 0}

    def count(request) -> None:  # type: ignore[no-untyped-def]
        if "/media/" not in request.url:
            sizes = request.sizes()
            wire["requests"] += 1
            wire["bytes"] += sizes["responseBodySize"] + sizes["responseHeadersSize"]

    page.on("requestfinished", count)
    page.goto(path, wait_until="networkidle")
    return wire["bytes"] / 1000, wire["requests"]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rest", type=float, default=15.0)
    parser.add_argument("--starts", type=int, default=7)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, running_services(Path(place)) as services:
        services.add_people()
        conversation = long_conversation(services, 40, "ruth")
        took = start_times(services, args.starts)
        print(f"ready: median {median(took):.2f} s, max {max(took):.2f} s, n={len(took)}, {conditions()}")
        time.sleep(args.rest)  # what is weighed is a studio at rest
        parts = {
            part.name: pss_mb(part.process.pid)
            for part in (services.backend, services.frontend)
            if part.process
        }
        said = ", ".join(f"{name} {pss:.0f} MB" for name, pss in parts.items())
        print(f"memory {args.rest:.0f} s after the start: {sum(parts.values()):.0f} MB PSS ({said})")
        weigh_pages(services, conversation)


def newest_item(services: Services) -> str:
    """Of the newest text in Ruth's gallery."""
    found: str = services.api("ruth").get("/api/gallery").json()["items"][0]["id"]
    return found


def weigh_pages(services: Services, conversation: str) -> None:
    paths = [
        *(
            "/",
            "/chat",
            f"/chat/{conversation}",
            "/images",
            "/videos",
            "/gallery",
            f"/gallery/{newest_item(services)}",
        ),
        *("/jobs", "/account", "/admin", "/admin/people", "/admin/jobs", "/admin/patterns"),
    ]
    with sync_playwright() as playwright:
        browser = launch(playwright)
        signed_in = browser.new_context(base_url=services.address)
        page = signed_in.new_page()
        page.goto("/login")
        page.get_by_label("E-mail").fill("ruth@example.org")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.locator("#composer").wait_for()
        cookies = signed_in.cookies()
        for path in ["/login", "/register", "/setup", *paths]:
            fresh = browser.new_context(base_url=services.address)
            if path in paths:
                fresh.add_cookies(cookies)  # type: ignore[arg-type]
            weight, requests = weigh(fresh.new_page(), path)
            print(f"page {re.sub('[0-9a-f-]{36}', '{id}', path):16} {weight:6.1f} KB, {requests} requests")
            fresh.close()
        browser.close()


if __name__ == "__main__":
    main()
