"""Floor d: what every honest webhook of this kind does: signature, state in Redis, a Gather of three Say."""

import os

import redis
from flask import Flask, Response, request
from twilio.twiml.voice_response import Gather, VoiceResponse

from tests.bench.floors.shared import refuse_unsigned


def create_app() -> Flask:
    app = Flask("floor_d")
    state = redis.Redis.from_url(os.environ["FLOOR_REDIS"], decode_responses=True)

    @app.post("/voice")
    def voice() -> Response:
        refuse_unsigned(request)
        remember(state, request.form["CallSid"], request.form.get("Digits", ""))
        return Response(document(), content_type="text/xml")

    return app


def remember(state: "redis.Redis", call_sid: str, digits: str) -> None:
    """The call's hash is read, then written, in one round trip."""
    key = f"call:{call_sid}"
    with state.pipeline(transaction=False) as together:
        together.hgetall(key)
        together.hset(key, mapping={"step": "topic", "digits": digits, "language": "fi"})
        together.expire(key, 3600)
        together.execute()


def document() -> str:
    answer = VoiceResponse()
    gather = Gather(action="/voice", method="POST", num_digits=1, timeout=7, input="dtmf")
    for words in ("For housing, press one.", "For streets and parking, press two.", "To hear this again, press star."):
        gather.say(words, language="fi-FI", voice="Polly.Suvi-Neural")
    answer.append(gather)
    return str(answer)
