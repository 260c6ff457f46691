"""The look into the database of known flaws: a flaw is told and fails, no network is told and does not."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from adapters.places import ROOT
from operations.package_audit import Package, main, pinned

FLAWED = {"leaky": ["GHSA-aaaa-bbbb-cccc"], "worn": ["PYSEC-2026-1"]}
REQUIREMENTS = """\
fine[extra]==1.0 ; sys_platform == "linux" \\
    --hash=sha256:00
leaky==2.1 \\
    --hash=sha256:00
    # via fine
"""
LOCK = {"packages": {"": {"name": "x"}, "node_modules/worn": {"version": "3.0.0"}}}


class Database(HTTPServer):
    broken: "bytes | None" = None
    asked: "list[dict[str, Any]]"


class Answers(BaseHTTPRequestHandler):
    server: Database

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        self.server.asked += asked
        found = [{"vulns": [{"id": i} for i in FLAWED.get(one["package"]["name"], [])]} for one in asked]
        body = self.server.broken if self.server.broken is not None else json.dumps({"results": found}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def database() -> Iterator[Database]:
    made = Database(("127.0.0.1", 0), Answers)
    made.asked = []
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "requirements.txt").write_text(REQUIREMENTS)
    (tmp_path / "package-lock.json").write_text(json.dumps(LOCK))
    return tmp_path


def audit(root: Path, database: Database, *more: str) -> int:
    return main(["--root", str(root), "--database", f"http://127.0.0.1:{database.server_port}", *more])


def test_each_known_flaw_is_told_and_fails(root: Path, database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit(root, database) == 1
    told = capsys.readouterr().out
    assert "FLAW GHSA-aaaa-bbbb-cccc in leaky 2.1" in told
    assert "FLAW PYSEC-2026-1 in worn 3.0.0" in told
    assert {(q["package"]["ecosystem"], q["package"]["name"]) for q in database.asked} == {
        ("PyPI", "fine"), ("PyPI", "leaky"), ("npm", "worn"),
    }  # fmt: skip


def test_nothing_known_is_well(root: Path, database: Database) -> None:
    (root / "requirements.txt").write_text("fine==1.0 \\\n")
    (root / "package-lock.json").unlink()
    assert audit(root, database, "--must") == 0


def test_an_accepted_flaw_passes_until_its_day(root: Path, database: Database) -> None:
    accepted = root / "accepted-advisories.txt"
    accepted.write_text("GHSA-aaaa-bbbb-cccc until 2999-01-01: not used\nPYSEC-2026-1 until 2999-01-01: not used\n")
    assert audit(root, database) == 0
    accepted.write_text("GHSA-aaaa-bbbb-cccc until 2020-01-01: not used\nPYSEC-2026-1 until 2999-01-01: not used\n")
    assert audit(root, database) == 1
    accepted.write_text("GHSA-aaaa-bbbb-cccc\nPYSEC-2026-1 until 2999-01-01: not used\n")
    assert audit(root, database) == 1, "without a day and a reason nothing is accepted"


def test_without_a_network_it_says_so_and_fails_only_where_it_must(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = ["--root", str(root), "--database", "http://127.0.0.1:1"]
    assert main(nobody) == 0
    assert "NOT ASKED" in capsys.readouterr().out
    assert main([*nobody, "--must"]) == 2


@pytest.mark.parametrize("answer", [b"", b"{}", b'{"results": []}', b"<html>", b'{"results": [5, 5, 5]}'])
def test_an_answer_of_another_kind_is_no_clean_bill(
    root: Path, database: Database, answer: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    database.broken = answer
    assert audit(root, database, "--must") == 2
    assert "NOT ASKED" in capsys.readouterr().out


def test_every_pinned_package_of_ours_is_looked_up() -> None:
    found = pinned(ROOT)
    assert {"flask", "sqlalchemy", "twilio", "rq", "gunicorn", "pytest"} <= {one.name.lower() for one in found}
    assert any(one == Package("npm", "@twilio/voice-sdk", one.version) for one in found)
