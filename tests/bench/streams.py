"""
Streams through both services, against the same provider asked directly, in one run.

`--streams` answers of `--tokens` numbered words at `--rate` a second each, begun one after the other over `--ramp`
seconds. Delivered is counted while all streams run, by the words themselves, so that merging deltas neither helps nor
hurts; every word of every answer must come.
Then the first word: paired requests, directly and through both services, one after the other.
"""

import argparse
import asyncio
import json
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Coroutine
from pathlib import Path

from tests.bench.figures import conditions, cpu_seconds, milliseconds, pss_mb
from tests.bench.wire import Reading, body_of, request
from tests.support.services import ROOT, Services, running_services

MODEL = "sandbox/metronome"
SESSIONS = 8  # one session may hold a fifth of the streams the frontend takes


async def direct(provider: str, prompt: str) -> Reading:
    asked = {"model": MODEL, "stream": True, "messages": [{"role": "user", "content": prompt}]}
    return await request(
        provider,
        "POST",
        "/v1/chat/completions",
        {"Authorization": "Bearer bench"},
        json.dumps(asked).encode(),
    )


async def through(address: str, token: str, prompt: str) -> Reading:
    """Ask, then follow the events; the clock of the reading starts with the asking."""
    headers = {"Authorization": f"Bearer {token}"}
    asked = json.dumps({"kind": "text", "model": MODEL, "prompt": prompt}).encode()
    accepted = await request(address, "POST", "/api/generations", headers, asked)
    generation = json.loads(body_of(accepted))
    assert "id" in generation, generation
    reading = await request(address, "GET", f"/api/generations/{generation['id']}/events", headers)
    reading.sent_at = accepted.sent_at
    return reading


def steady_rate(readings: list[Reading]) -> float:
    """Words a second while all streams run: between the last stream's first word and the first one's last."""
    tokens = [reading.tokens() for reading in readings]
    for found, reading in zip(tokens, readings, strict=True):
        assert found, b"".join(data for _, data in reading.arrivals)[:600]
    begin, end = max(found[0][0] for found in tokens), min(found[-1][0] for found in tokens)
    words = sum(len(text.split()) for found in tokens for moment, text in found if begin < moment <= end)
    return words / (end - begin)


def missing(readings: list[Reading], count: int) -> int:
    """Streams that did not bring every word in order."""
    wanted = [str(number) for number in range(1, count + 1)]
    return sum(reading.text().split() != wanted for reading in readings)


async def many(args: argparse.Namespace, provider: str, services: Services) -> None:
    prompt = f"count {args.tokens} at {args.rate} per second after 50 ms"
    groups = {part.name: part.process.pid for part in (services.backend, services.frontend) if part.process}
    tokens = [sign_in(services) for _ in range(SESSIONS)]
    await through(services.address, tokens[0], "count 5 at 50 per second after 10 ms")
    before = {name: (pss_mb(group), cpu_seconds(group)) for name, group in groups.items()}
    pause = args.ramp / args.streams
    plain = await asyncio.gather(
        *(after(number * pause, direct(provider, prompt)) for number in range(args.streams))
    )
    peak = dict.fromkeys(groups, 0.0)

    async def sample() -> None:
        while True:
            await asyncio.sleep(2)
            for name, group in groups.items():
                peak[name] = max(peak[name], await asyncio.to_thread(pss_mb, group))

    sampler = asyncio.create_task(sample())
    ours = await asyncio.gather(
        *(
            after(number * pause, through(services.address, tokens[number % SESSIONS], prompt))
            for number in range(args.streams)
        )
    )
    sampler.cancel()
    rate, direct_rate = steady_rate(ours), steady_rate(plain)
    events = sum(len(reading.tokens()) for reading in ours)
    print(f"streams: {args.streams} x {args.rate}/s x {args.tokens} words, {conditions()}")
    print(
        f"  direct {direct_rate:.0f} words/s, through both services {rate:.0f} words/s, ratio {rate / direct_rate:.3f}"
    )
    print(
        f"  streams with a word missing: direct {missing(plain, args.tokens)}, through {missing(ours, args.tokens)}"
    )
    print(f"  {events} events for {args.streams * args.tokens} words")
    for name, group in groups.items():
        pss, cpu = before[name]
        memory = f"PSS {pss:.0f} -> {peak[name]:.0f} MB (+{peak[name] - pss:.0f})"
        print(f"  {name}: {memory}, CPU {cpu_seconds(group) - cpu:.1f} s")


async def after(seconds: float, work: Coroutine[None, None, Reading]) -> Reading:
    await asyncio.sleep(seconds)
    return await work


def sign_in(services: Services) -> str:
    """A further session of Alice's."""
    services.tokens.pop("alice", None)
    return services.token("alice")


async def first_word(pairs: int, provider: str, services: Services) -> None:
    prompt = "count 5 at 50 per second after 50 ms"
    token = services.token("alice")
    plain, ours = [], []
    for _ in range(pairs):
        for found, reading in (
            (plain, await direct(provider, prompt)),
            (ours, await through(services.address, token, prompt)),
        ):
            found.append(reading.tokens()[0][0] - reading.sent_at)
    over = [mine - theirs for mine, theirs in zip(ours, plain, strict=True)]
    print(f"first word: {pairs} pairs, {conditions()}")
    print(f"  direct  {milliseconds(plain)}")
    print(f"  through {milliseconds(ours)}")
    print(f"  over    {milliseconds(over)}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--streams", type=int, default=256)
    parser.add_argument("--rate", type=int, default=25)
    parser.add_argument("--tokens", type=int, default=500)
    parser.add_argument("--ramp", type=float, default=8.0)
    parser.add_argument("--pairs", type=int, default=100)
    args = parser.parse_args()
    command = [sys.executable, "-m", "studio.sandbox", "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT / "backend", stdout=subprocess.PIPE, text=True) as sandbox:
        try:
            assert sandbox.stdout is not None
            found = re.search(r"http://\S+?:\d+", sandbox.stdout.readline())
            assert found
            provider = found.group(0)
            with (
                tempfile.TemporaryDirectory() as place,
                running_services(
                    Path(place),
                    AYCG_PROVIDER_BASE_URL=f"{provider}/v1",
                    AYCG_PROVIDER_API_KEY="bench",
                    LOG_LEVEL="warning",
                ) as services,
            ):
                set_up(services)
                asyncio.run(first_word(args.pairs, provider, services))
                asyncio.run(many(args, provider, services))
        finally:
            sandbox.send_signal(signal.SIGTERM)


def set_up(services: Services) -> None:
    """Only Ruth, and Alice: hashing passwords takes the longest of a start."""
    services.add_people()


if __name__ == "__main__":
    main()
