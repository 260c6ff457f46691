"""Releases of this project as files in directories of their own: an earlier state of it, today's, and a next one.

Nothing is written to the repository, and nothing of it is needed by what runs from such a directory.
"""

import io
import shutil
import subprocess
import tarfile
from pathlib import Path

from adapters.migrate import known_revisions
from adapters.places import ROOT

NOT_OF_IT = (".git", ".venv", "node_modules", "var", "artefacts", "__pycache__", ".*_cache", ".hypothesis")
FETCHED = Path("console/static/vendor")  # of no release: each machine fetches it
NEXT_REVISION = '''"""A column that the release before knows nothing of."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("callback_request", sa.Column("of_the_next_release", sa.String(length=8), nullable=True))


def downgrade() -> None:
    op.drop_column("callback_request", "of_the_next_release")
'''


class NoHistory(Exception):
    """This copy of the project does not know that state of it; one sentence."""


def earlier(commit: str, to: Path) -> Path:
    """The files of an earlier state. Raises NoHistory."""
    try:
        made = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=False)
    except FileNotFoundError:
        raise NoHistory("git is not installed") from None
    if made.returncode:
        raise NoHistory(f"the history does not reach back to {commit[:7]}")
    with tarfile.open(fileobj=io.BytesIO(made.stdout)) as files:
        files.extractall(to, filter="data")
    shutil.copytree(ROOT / FETCHED, to / FETCHED, dirs_exist_ok=True)
    return to


def todays(to: Path) -> Path:
    """The files as they lie here, also those that are not committed."""
    shutil.copytree(ROOT, to, ignore=shutil.ignore_patterns(*NOT_OF_IT))
    return to


def next_one(to: Path) -> Path:
    """Today's files and one revision more of the record: as the next release may have it."""
    before = known_revisions()[-1]
    words = NEXT_REVISION.format(revision=revision_after(before), before=before)
    (todays(to) / "migrations" / "versions" / "next_one.py").write_text(words, encoding="utf-8")
    return to


def revision_after(before: str) -> str:
    return f"{int(before) + 1:0{len(before)}}"


def put_in_place(release: Path, place: Path) -> None:
    """As ``git pull`` does, beside whoever runs from there: what is new is written, what is gone is removed."""
    wanted = {file.relative_to(release) for file in release.rglob("*") if file.is_file()}
    for name in sorted(wanted):
        _write_anew(release / name, place / name)
    for file in [each for each in place.rglob("*") if each.is_file() and "__pycache__" not in each.parts]:
        if file.relative_to(place) not in wanted:
            file.unlink()


def _write_anew(source: Path, goal: Path) -> None:
    if goal.exists() and goal.read_bytes() == source.read_bytes():
        return
    goal.parent.mkdir(parents=True, exist_ok=True)
    part = goal.with_name(f"{goal.name}.part")
    shutil.copyfile(source, part)
    part.replace(goal)
