"""Who works at the rig's desks. Their one password is for the tests alone, hashed cheaply for quick sign-ins."""

import json
from dataclasses import dataclass

from argon2 import PasswordHasher
from sqlalchemy import Connection, insert

from adapters.schema import agent

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Worker:
    id: str
    departments: tuple[str, ...]
    languages: tuple[str, ...]
    role: str = "agent"

    @property
    def sign_in(self) -> str:
        return f"{self.id}@city.example"


EVERY_DESK = (
    *("housing", "waterworks", "streets", "transport", "families", "employment"),
    *("culture", "advice", "extended"),
)
WORKERS = (
    Worker("aino", ("housing",), ("fi", "sv", "en")),
    Worker("eino", ("housing",), ("fi",)),
    Worker("sanna", ("housing",), ("sv", "fi")),
    Worker("liisa", ("extended",), ("fi", "sv", "en")),
    Worker("matti", ("extended",), ("fi",)),
    Worker("oili", EVERY_DESK, ("fi", "sv", "en")),
    Worker("paavo", EVERY_DESK, ("fi", "sv", "en")),
    Worker("sirkka", ("housing", "extended"), ("fi", "sv"), role="supervisor"),
)


def hire(connection: Connection) -> None:
    hashed = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    connection.execute(insert(agent), [_row(worker, hashed) for worker in WORKERS])


def _row(worker: Worker, hashed: str) -> dict[str, object]:
    return {
        "id": worker.id,
        "sign_in": worker.sign_in,
        "name": worker.id.title(),
        "password_hash": hashed,
        "role": worker.role,
        "departments": json.dumps(worker.departments),
        "languages": json.dumps(worker.languages),
        "telephone": None,
        "demo": False,
        "active": True,
    }
