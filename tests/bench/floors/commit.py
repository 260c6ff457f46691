"""Floor f: floor d, and one row inserted and committed on PostgreSQL through SQLAlchemy."""

import os

import redis
from flask import Flask, Response, request
from sqlalchemy import Column, DateTime, Integer, MetaData, String, Table, create_engine, func, insert

from tests.bench.floors.menu import document, remember
from tests.bench.floors.shared import refuse_unsigned

metadata = MetaData()
WISHES = Table(
    "floor_wish",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call_sid", String(34), nullable=False),
    Column("number", String(16), nullable=False),
    Column("digits", String(8), nullable=False),
    Column("made_at", DateTime(timezone=True), server_default=func.now()),
)


def create_app() -> Flask:
    app = Flask("floor_f")
    state = redis.Redis.from_url(os.environ["FLOOR_REDIS"], decode_responses=True)
    engine = create_engine(os.environ["FLOOR_DATABASE"])

    @app.post("/voice")
    def voice() -> Response:
        refuse_unsigned(request)
        form = request.form
        remember(state, form["CallSid"], form.get("Digits", ""))
        with engine.begin() as connection:
            row = {"call_sid": form["CallSid"], "number": form["From"], "digits": form.get("Digits", "")}
            connection.execute(insert(WISHES).values(**row))
        return Response(document(), content_type="text/xml")

    return app
