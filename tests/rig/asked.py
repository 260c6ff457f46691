"""Which whole city a test asks for, before any is begun."""

import pytest

DATABASES = ("", "sqlite", "postgresql")  # "": no city. In this order, so that one of them runs at a time
FOLDERS = ("calls", "crash")


def database_of(item: pytest.Item | None) -> str:
    if item is None or item.path.parent.name not in FOLDERS:
        return ""
    params = item.callspec.params if hasattr(item, "callspec") else {}
    return str(params.get("city", ""))
