"""What one job adds to its process, for a sound of two hours: as the bench measures it, in a process of its own."""

from pathlib import Path

from tests.bench import ingest

TWO_HOURS = 2 * 3600


def test_a_long_sound_is_never_in_memory(tmp_path: Path) -> None:
    with ingest.provider() as origin:
        grown = ingest.growth(ingest.Place(origin, tmp_path), TWO_HOURS)
    assert 0 <= grown <= ingest.MOST_GROWTH
