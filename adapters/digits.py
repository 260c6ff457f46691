"""A whole number that somebody else wrote: a form, an address, the provider. Pure."""


def whole(written: str, longest: int) -> int | None:
    """None: it is something else, or has more than ``longest`` digits (Python itself refuses to read thousands)."""
    return int(written) if written.isascii() and written.isdigit() and len(written) <= longest else None
