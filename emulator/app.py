"""The emulator's HTTP side put together, and the server that carries it."""

import logging

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from emulator import (
    device_api,
    lab_calls,
    lab_messages,
    lab_network,
    lab_sound,
    pages_served,
    practice_pages,
    rest,
    rest_account,
    rest_calls,
    rest_conferences,
    rest_messages,
    rest_queues,
    rest_recorders,
    rest_recordings,
)
from emulator.config import Config
from emulator.exchange import assemble
from emulator.network import Network


class QuietHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"


def create_app(network: Network) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(pages_served.blueprint())
    app.register_blueprint(practice_pages.blueprint(network))
    app.register_blueprint(lab_calls.blueprint(network))
    app.register_blueprint(lab_network.blueprint(network))
    app.register_blueprint(lab_network.telephones(network))
    app.register_blueprint(lab_network.records(network))
    app.register_blueprint(lab_network.fault_rules(network))
    app.register_blueprint(device_api.blueprint(network))
    app.register_blueprint(lab_messages.blueprint(network))
    app.register_blueprint(lab_sound.blueprint(network))
    app.register_blueprint(lab_sound.tapes(network))
    app.register_blueprint(rest_account.blueprint(network))
    app.register_blueprint(rest_calls.blueprint(network))
    app.register_blueprint(rest_queues.blueprint(network))
    app.register_blueprint(rest_conferences.blueprint(network))
    app.register_blueprint(rest_conferences.participants(network))
    app.register_blueprint(rest_messages.blueprint(network))
    app.register_blueprint(rest_recordings.blueprint(network))
    app.register_blueprint(rest_recordings.media(network))
    app.register_blueprint(rest_recorders.blueprint(network))

    @app.errorhandler(404)
    @app.errorhandler(405)
    def missing(failure: HTTPException) -> Response:
        if request.path.startswith(rest.PREFIX):
            return rest.error(404, 20404, f"The requested resource {request.path} was not found")
        response = jsonify(reason=failure.name)
        response.status_code = failure.code or 500
        return response

    return app


def make(config: Config) -> BaseWSGIServer:
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    network = assemble(config)
    server = make_server(config.host, config.port, create_app(network), threaded=True, request_handler=QuietHandler)
    network.origin = f"http://{config.host}:{server.port}"
    return server
