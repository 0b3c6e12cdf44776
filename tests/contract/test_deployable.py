"""Each service folder is a complete deployable: see docs/deployment/coolify.md, section 8."""

import ast
import json
import re
import signal
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.support.standalone import (
    ROOT,
    Standalone,
    asking,
    held,
    open_stream,
    silent_server,
    stand_alone,
)

SERVICES = {"backend": 12015, "frontend": 12016}
REQUIRED = (
    "main.py requirements.txt .python-version nixpacks.toml Procfile railpack.json .dockerignore".split()
)
# Each of these would change what a builder takes the folder for, or would be overwritten by Coolify.
FORBIDDEN = (
    "package.json runtime.txt Pipfile pyproject.toml setup.py docker-compose.yaml Dockerfile data".split()
)

both = pytest.mark.parametrize("name", SERVICES)
pytestmark = pytest.mark.xdist_group("deployable")  # one worker builds each environment once


@both
def test_the_folder_holds_what_a_builder_looks_for_and_nothing_that_misleads_it(name: str) -> None:
    present = {path.name for path in (ROOT / name).iterdir()}

    assert set(REQUIRED) <= present
    assert not set(FORBIDDEN) & present


@both
def test_no_link_in_the_folder_leads_out_of_it(name: str) -> None:
    folder = (ROOT / name).resolve()
    links = [path for path in folder.rglob("*") if path.is_symlink()]

    assert [link for link in links if not link.resolve().is_relative_to(folder)] == []


@both
def test_nixpacks_reads_only_keys_that_it_knows(name: str) -> None:
    plan = tomllib.loads((ROOT / name / "nixpacks.toml").read_text())

    assert set(plan) <= {"providers", "buildImage", "variables", "staticAssets", "phases", "start"}
    assert plan["providers"] == ["python"]
    assert plan["phases"]["install"] == {"onlyIncludeFiles": ["requirements.txt"]}
    known = {
        "nixPkgs",
        "nixLibs",
        "aptPkgs",
        "cmds",
        "dependsOn",
        "onlyIncludeFiles",
        "cacheDirectories",
        "paths",
    }
    assert all(set(phase) <= known for phase in plan["phases"].values())


@both
def test_every_way_to_start_a_service_starts_it_by_the_same_words(name: str) -> None:
    folder = ROOT / name
    procfile = yaml.safe_load((folder / "Procfile").read_text())
    image = (ROOT / "deploy" / f"{name}.Dockerfile").read_text()
    command = tomllib.loads((folder / "nixpacks.toml").read_text())["start"]["cmd"]

    assert procfile == {"web": command}
    assert json.loads((folder / "railpack.json").read_text())["deploy"]["startCommand"] == command
    assert re.findall(r"^CMD (.+)$", image, re.MULTILINE) == [json.dumps(["/bin/sh", "-c", command])]


@both
def test_the_machines_own_procfile_and_units_differ_only_in_the_address(name: str) -> None:
    command = tomllib.loads((ROOT / name / "nixpacks.toml").read_text())["start"]["cmd"]
    local = command.replace("0.0.0.0", "127.0.0.1").replace(
        f"${{PORT:-{SERVICES[name]}}}", str(SERVICES[name])
    )

    words = local.removeprefix("exec ")
    assert f"exec ../.venv/bin/{words}" in yaml.safe_load((ROOT / "Procfile").read_text())[name]
    assert f"/.venv/bin/{words}\n" in (ROOT / "docs" / "deployment" / "systemd.md").read_text()


@both
def test_the_start_string_makes_the_server_process_one_on_the_given_port(name: str) -> None:
    command = tomllib.loads((ROOT / name / "nixpacks.toml").read_text())["start"]["cmd"]

    assert command.startswith("exec ")
    assert "--host 0.0.0.0 " in command
    assert f"--port ${{PORT:-{SERVICES[name]}}} " in command
    assert "--workers 1 " in command
    assert not set(";|&<>`") & set(command)


@both
def test_the_lock_is_flat_pinned_and_hashed_and_names_no_registry(name: str) -> None:
    lines = (ROOT / name / "requirements.txt").read_text().splitlines()

    assert all(
        re.fullmatch(r"[\w.\[\],-]+==[^\\ ]+( ; [^\\]+)? \\", line) for line in lines if line[0] not in " #"
    )
    assert all(
        re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line) for line in lines if line[0] == " "
    )


@both
def test_the_python_is_one_that_the_builders_have(name: str) -> None:
    assert (ROOT / name / ".python-version").read_text().strip() in {"3.11", "3.12", "3.13"}


@both
def test_the_build_context_is_no_allow_list(name: str) -> None:
    patterns = (ROOT / name / ".dockerignore").read_text().split("\n")

    assert not {"*", "**", ".nixpacks", "**/.*"} & set(patterns)


@both
def test_no_module_imports_across_the_border_of_its_folder(name: str) -> None:
    other = {
        "backend": {"backend", "frontend", "pages", "tests"},
        "frontend": {"backend", "frontend", "studio", "tests"},
    }
    imported = {top for path in (ROOT / name).rglob("*.py") for top in top_names(path)}

    assert not imported & other[name]


def test_the_lock_of_the_assets_pins_by_hash_and_names_no_registry() -> None:
    lock = json.loads((ROOT / "frontend" / "assets" / "package-lock.json").read_text())
    packages = {path: entry for path, entry in lock["packages"].items() if path}

    assert packages
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
    assert not any("resolved" in entry for entry in packages.values())


def test_the_compose_file_builds_from_the_service_folders_and_publishes_only_locally() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]

    for name in SERVICES:
        build = services[name]["build"]
        assert (ROOT / build["context"]).resolve() == ROOT / name
        assert (ROOT / build["context"] / build["dockerfile"]).is_file()
    assert "ports" not in services["backend"]
    assert all(port.startswith("127.0.0.1:") for port in services["frontend"]["ports"])
    assert services["backend"]["volumes"] == ["data:/app/data"]


@pytest.fixture(scope="module")
def backend(tmp_path_factory: pytest.TempPathFactory) -> Standalone:
    return stand_alone("backend", tmp_path_factory.mktemp("backend"))


@pytest.fixture(scope="module")
def frontend(tmp_path_factory: pytest.TempPathFactory) -> Standalone:
    service = stand_alone("frontend", tmp_path_factory.mktemp("frontend"))
    service.build()
    return service


def test_a_backend_without_its_settings_does_not_start_and_names_them(backend: Standalone) -> None:
    with backend.running() as service:
        code = service.process.wait(60)

    assert code != 0
    assert any("AYCG_DATA_DIR" in line for line in service.lines)


def test_a_frontend_without_its_settings_does_not_start_and_names_them(frontend: Standalone) -> None:
    with frontend.running() as service:
        code = service.process.wait(60)

    assert code != 0
    assert any("BACKEND_URL" in line for line in service.lines)


def test_a_backend_whose_database_is_held_by_another_process_lives_and_waits(
    backend: Standalone, tmp_path: Path
) -> None:
    with held(tmp_path / "app.db"), backend.running(AYCG_DATA_DIR=str(tmp_path)) as service:
        service.wait_for("/healthz", 200)
        refused = service.wait_for("/api/me", 503)
        not_ready = service.get("/readyz")

    assert int(refused.headers["Retry-After"]) > 0
    assert not_ready.status_code == 503


def test_a_backend_takes_the_database_over_as_soon_as_it_is_let_go(
    backend: Standalone, tmp_path: Path
) -> None:
    with held(tmp_path / "app.db") as holder, backend.running(AYCG_DATA_DIR=str(tmp_path)) as service:
        service.wait_for("/readyz", 503)
        holder.kill()

        service.wait_for("/readyz", 200)
        assert service.get("/api/me").status_code == 401


def test_a_backend_told_to_end_closes_its_streams_and_its_database(
    backend: Standalone, tmp_path: Path
) -> None:
    with backend.running(AYCG_DATA_DIR=str(tmp_path), AYCG_SANDBOX_UGLY="true") as service:
        service.wait_for("/readyz", 200)
        with open_stream(service) as stream:
            first = next(stream.iter_text())
            code, seconds = service.end()

    assert first
    assert code in {0, -signal.SIGTERM}  # uvicorn, its work done, raises the signal again that it was sent
    assert seconds < 25
    assert (tmp_path / "app.db").exists()
    assert not (tmp_path / "app.db.wal").exists()


def test_the_frontend_builds_its_files_and_lives_without_a_backend(frontend: Standalone) -> None:
    built = frontend.folder / "static" / "built"
    manifest = json.loads((built / "manifest.json").read_text())

    with frontend.running(BACKEND_URL="http://127.0.0.1:9", AYCG_TRUSTED_PROXIES="0") as service:
        service.wait_for("/healthz", 200)
        scripts = service.get(f"/static/built/{manifest['htmx.js']}")

    assert scripts.status_code == 200
    assert "hx-sse" in scripts.text


def test_a_frontend_told_to_end_does_not_wait_for_a_silent_backend(frontend: Standalone) -> None:
    with silent_server() as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with frontend.running(BACKEND_URL=address, AYCG_TRUSTED_PROXIES="0") as service:
            service.wait_for("/healthz", 200)
            with asking(service, "/api/me"):
                silent.accept()  # a thread of the frontend waits for an answer from here on
                code, seconds = service.end()

    assert code == 0
    assert seconds < 25


def top_names(path: Path) -> set[str]:
    """First parts of all modules that the file imports by an absolute name."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names
