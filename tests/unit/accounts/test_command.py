"""`python -m studio …` as an operator types it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from studio.config import Settings
from studio.db import Database, migrate
from studio.doctor import examine

from tests.support.accounts import MIGRATIONS, PASSWORD, Door
from tests.support.decoders import missing_decoder
from tests.support.openai_films import OpenAiFilms
from tests.support.sandbox import served

BACKEND = MIGRATIONS.parent


def run(data_dir: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "studio", *words],
        cwd=BACKEND,
        env={"PATH": os.environ["PATH"], "AYCG_DATA_DIR": str(data_dir), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_an_administrator_is_made_while_the_server_is_down(tmp_path: Path) -> None:
    made = run(tmp_path, "create-admin", "--email", "ruth@example.org", AYCG_ADMIN_PASSWORD=PASSWORD)

    assert (made.returncode, made.stdout) == (0, "ruth@example.org is an administrator now.\n"), made.stderr
    with Database.open(tmp_path / "app.db") as db:
        row = db.transact(lambda cursor: cursor.execute("SELECT role, state FROM people").fetchall())
    assert row == [("admin", "active")]


def test_while_the_server_is_up_it_says_so(door: Door, tmp_path: Path) -> None:
    refused = run(tmp_path, "create-admin", "--email", "ruth@example.org", AYCG_ADMIN_PASSWORD=PASSWORD)
    looked = run(tmp_path, "doctor")

    assert refused.returncode == 1
    assert (
        refused.stderr == "The server is running and owns the database. Stop it, run this again, start it.\n"
    )
    assert "a running server has it open" in looked.stdout
    assert looked.returncode == 0


@pytest.mark.parametrize(("email", "password"), [("nonsense", PASSWORD), ("ruth@example.org", "short")])
def test_a_bad_wish_is_a_sentence_and_no_trace(tmp_path: Path, email: str, password: str) -> None:
    refused = run(tmp_path, "create-admin", "--email", email, AYCG_ADMIN_PASSWORD=password)

    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_the_doctor_finds_a_sound_installation(tmp_path: Path) -> None:
    with Database.open(tmp_path / "app.db") as db:
        migrate(db, MIGRATIONS)

    looked = run(tmp_path, "doctor")

    assert looked.returncode == 0, looked.stdout
    assert "migrations: all applied" in looked.stdout
    assert "ok   videos: opened with PyAV" in looked.stdout


def test_the_doctor_makes_nothing(tmp_path: Path) -> None:
    looked = run(tmp_path, "doctor")

    assert looked.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_the_doctor_names_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "app.db").write_bytes(b"this is no database" * 1000)

    broken = run(tmp_path, "doctor")
    lost = run(tmp_path / "not-mounted", "doctor")

    assert (broken.returncode, lost.returncode) == (1, 1)
    assert "BAD  database: does not open" in broken.stdout
    assert "is the volume mounted?" in lost.stdout


def test_the_doctor_tells_that_videos_cannot_be_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing_decoder(tmp_path, monkeypatch)

    findings = {finding.what: finding for finding in examine(Settings(data_dir=tmp_path))}

    assert findings["videos"].is_ok is False
    assert "No module named 'av'" in findings["videos"].text


def test_a_provider_that_does_not_answer_is_named(tmp_path: Path) -> None:
    looked = run(tmp_path, "doctor", AYCG_PROVIDER_BASE_URL="http://127.0.0.1:9/v1")

    assert looked.returncode == 1
    assert "BAD  provider:" in looked.stdout


def test_the_doctor_names_models_that_the_server_does_not_list(tmp_path: Path) -> None:
    with served(OpenAiFilms().app, path="/v1") as url:
        server = {"AYCG_PROVIDER_BASE_URL": url, "AYCG_PROVIDER_VIDEO_MODELS": "sora-box, wan"}
        looked = run(tmp_path, "doctor", **server)
        sound = run(tmp_path, "doctor", **{**server, "AYCG_PROVIDER_VIDEO_MODELS": "sora-box"})

    assert (looked.returncode, sound.returncode) == (1, 0)
    assert "BAD  video models: AYCG_PROVIDER_VIDEO_MODELS names wan, which 127.0.0.1" in looked.stdout
    assert "lists sora-box" in sound.stdout
