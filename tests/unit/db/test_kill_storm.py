"""Kills, at every step and at random moments: nothing acknowledged is lost and every index agrees."""

import os
import re
import subprocess
import sys

ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(["backend", "."])}


def storm(*arguments: str) -> str:
    """What the storm says; a process of its own, because only one without threads may fork."""
    command = [sys.executable, "-m", "tests.bench.kill_storm", *arguments]
    run = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_a_kill_at_each_step_of_checkpoint_and_recovery_loses_nothing() -> None:
    assert "nothing lost, every index agrees" in storm("--every-step")


def test_kills_at_random_moments_lose_nothing() -> None:
    # Ten seconds, unless the disk stalls; some die before they were to be killed.
    said = storm("--kills", "60", "--seconds", "90")

    kills = re.match(r"(\d+) kills", said)
    assert kills is not None
    assert int(kills[1]) >= 40, said
