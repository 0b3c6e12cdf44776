"""
What pictures cost: an upload with its previews, the previews' weight, the most memory, and an archive of many.

First each upload runs in a process of its own, so that its most memory is its own; it begins with what Python and the
modules take. The archive is read through both services, as a browser does; memory is the proportional set size of each.
"""

import argparse
import hashlib
import io
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
from PIL import Image

from tests.bench.figures import conditions, pss_mb
from tests.support.forms import headers_of
from tests.support.services import ROOT, Services, running_services

SIZES = {"1 MP": (1200, 834), "12 MP": (4000, 3000), "40 MP": (7700, 5190)}
KINDS: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 90},
    "PNG": {"compress_level": 1},
    "WEBP": {"method": 0},
}
WHILE_READING_SECONDS = 0.1


def drawn(size: tuple[int, int], grain: int = 1) -> Image.Image:
    """Hills of colour under noise in squares of `grain` pixels: like a photograph, and different each time."""
    coarse = (max(1, size[0] // grain), max(1, size[1] // grain))
    noise = Image.effect_noise(coarse, 40).resize(size)
    return Image.merge(
        "RGB", [noise, Image.radial_gradient("L").resize(size), Image.linear_gradient("L").resize(size)]
    )


def upload_alone(path: Path, place: Path) -> None:
    """In a process of its own: take a picture in and print what it took."""
    from studio.assets.files import FileStore
    from studio.assets.picture import take_in_picture

    files = FileStore(place)
    before = most_memory_mib()
    began = time.perf_counter()
    with path.open("rb") as file:
        picture = take_in_picture(files, file, 1_000_000_000)
    took = time.perf_counter() - began
    most = most_memory_mib()
    previews = [
        f"{ending} {files.preview_path(picture.sha256, '320', ending).stat().st_size / 1000:.1f} KB"
        for ending in ("avif", "webp")
    ]
    print(
        f"{took:.2f} s, most memory {most:.0f} MiB (begins with {before:.0f}), 320 wide: {', '.join(previews)}"
    )


def most_memory_mib() -> float:
    """Of this program so far; what getrusage tells is as large as the process that started it."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


def uploads(place: Path) -> None:
    print(f"uploads with both smallest previews; {conditions()}")
    for name, size in SIZES.items():
        picture = drawn(size, grain=6)
        for kind, options in KINDS.items():
            path = place / f"picture.{kind.lower()}"
            picture.save(path, kind, **options)
            command = [
                sys.executable,
                "-m",
                "tests.bench.assets",
                "--upload",
                str(path),
                "--place",
                str(place),
            ]
            said = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
            print(f"  {name} {kind:5} of {path.stat().st_size / 1e6:5.1f} MB: {said.strip()}", flush=True)


def uploads_through(services: Services) -> None:
    """As a browser sends them: until the answer is there, and with the preview that a tile shows."""
    headers = headers_of(services.frontend.address, services.token("alice"))
    print(f"12 MP through both services, of 5 each the median; {conditions()}")
    with httpx.Client(base_url=services.frontend.address, headers=headers, timeout=120) as client:
        for kind, options in KINDS.items():
            took, most = [], 0.0
            for _ in range(5):
                data = io.BytesIO()
                drawn(SIZES["12 MP"], grain=6).save(data, kind, **options)
                file = {"file": (f"picture.{kind.lower()}", data.getvalue())}
                began = time.perf_counter()
                made = client.post("/api/assets", files=file).raise_for_status().json()
                kept = time.perf_counter()
                client.get(made["thumbnail_url"]).raise_for_status()
                took.append((kept - began, time.perf_counter() - began))
                most = max(most, pss_mb(_group(services.backend)))
            kept_s, shown_s = sorted(took)[2]
            print(
                f"  {kind:5} kept after {kept_s:.2f} s, shown after {shown_s:.2f}, then backend {most:.0f} MB"
            )


def archive(services: Services, count: int) -> None:
    """Pictures of about 1 MB each, kept by the API, then all of them as one archive."""
    headers = headers_of(services.frontend.address, services.token("alice"))
    ids, size = [], 0
    with httpx.Client(base_url=services.frontend.address, headers=headers, timeout=120) as client:
        for number in range(count):
            data = io.BytesIO()
            drawn((1100, 800), grain=2).save(data, "JPEG", quality=93)
            made = client.post(
                "/api/assets", files={"file": (f"picture {number}.jpg", data.getvalue())}, headers=headers
            ).json()
            ids.append(made["id"])
            size += made["bytes"]
        print(f"archive of {count} pictures, {size / 1e6:.0f} MB; {conditions()}")
        pids = {"backend": services.backend, "frontend": services.frontend}
        before = {name: pss_mb(_group(service)) for name, service in pids.items()}
        most, read, digest = dict(before), 0, hashlib.sha256()
        began, first, looked = time.perf_counter(), 0.0, 0.0
        with client.stream("POST", "/api/archives", json={"ids": ids}) as answer:
            answer.raise_for_status()
            told = int(answer.headers["content-length"])
            for block in answer.iter_raw():
                first = first or time.perf_counter() - began
                read += len(block)
                digest.update(block)
                if time.perf_counter() - looked > WHILE_READING_SECONDS:
                    looked = time.perf_counter()
                    most = {name: max(most[name], pss_mb(_group(service))) for name, service in pids.items()}
        took = time.perf_counter() - began
    assert read == told
    grown = ", ".join(f"{name} {before[name]:.0f} → {most[name]:.0f} MB" for name in pids)
    print(
        f"  {read / 1e6:.0f} MB in {took:.1f} s ({read / 1e6 / took:.0f} MB/s), the first byte after"
        f" {first * 1000:.0f} ms"
    )
    print(f"  memory before and at most while it was read: {grown}")


def _group(service: Any) -> int:
    assert service.process is not None
    return int(service.process.pid)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pictures", type=int, default=200, help="in the archive")
    parser.add_argument("--upload", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--place", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.upload:
        upload_alone(args.upload, args.place / "media")
        return
    with tempfile.TemporaryDirectory() as place:
        uploads(Path(place))
    with tempfile.TemporaryDirectory() as place, running_services(Path(place)) as services:
        services.add_people()
        uploads_through(services)
        archive(services, args.pictures)


if __name__ == "__main__":
    main()
