"""The vault of recordings judged. Pure. Keys are spoken of by their names."""

from collections.abc import Iterator

from ivr.doctor.model import Finding, NoAnswer, VaultSays, fault, fine, warn


def vault(found: VaultSays | NoAnswer, place: str) -> Iterator[Finding]:
    if isinstance(found, NoAnswer):
        yield fault("vault.no_key", ("why", found.why))
        return
    if found.refused:
        yield fault("vault.refuses", ("place", place), ("why", found.refused))
    else:
        yield fine("vault.keeps", ("place", place))
    lost = [(key, count) for key, count in found.needed if key not in found.at_hand]
    former = [(key, count) for key, count in found.needed if key in found.at_hand and key != found.current]
    yield from (fault("vault.key_lost", ("key", key), ("count", count)) for key, count in lost)
    yield from (warn("vault.former_key", ("key", key), ("count", count)) for key, count in former)
    if not lost:
        yield fine("vault.keys", ("key", found.current))
