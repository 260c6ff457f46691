"""The emulator's HTTP side put together, and the server that carries it."""

import logging

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from emulator import (
    lab_calls,
    lab_network,
    pages_served,
    verbs_flow,
    verbs_gather,
    verbs_sound,
)
from emulator.config import Config
from emulator.network import Network

VERB_MODULES = (verbs_flow, verbs_gather, verbs_sound)  # importing them registers their verbs


class QuietHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"


def create_app(network: Network) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.register_blueprint(pages_served.blueprint())
    app.register_blueprint(lab_calls.blueprint(network))
    app.register_blueprint(lab_network.blueprint(network))
    app.register_blueprint(lab_network.telephones(network))
    app.register_blueprint(lab_network.records(network))
    app.register_blueprint(lab_network.fault_rules(network))
    return app


def make(config: Config) -> BaseWSGIServer:
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    app = create_app(Network(config))
    return make_server(config.host, config.port, app, threaded=True, request_handler=QuietHandler)
