"""A Flask app for each test, at the price of one: addresses and templates are compiled for a process's first app only.

An app of some hundred addresses costs 50 ms and its first pages 150 ms, many times what most tests do with it. Every
app keeps its own functions, services and settings: what is kept here is made of the same text and never changes.
"""

from types import CodeType
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

OF_THE_TEXT = ("_parts", "_trace", "_converters", "arguments")
BUILDERS = ("_build", "_build_unknown")


class KnownRule(Rule):
    """An address that is compiled as its equal in an earlier app was."""

    _known: dict[tuple[object, ...], dict[str, Any]] = {}

    def compile(self) -> None:
        slashes = (self.strict_slashes, self.merge_slashes, self.map.host_matching, self.host, self.subdomain)
        converters = tuple(sorted((name, id(made)) for name, made in self.map.converters.items()))
        key = (self.rule, repr(self.defaults), slashes, converters)
        if key not in self._known:
            super().compile()
            made = {name: getattr(self, name) for name in OF_THE_TEXT}
            self._known[key] = made | {name: getattr(self, name).__func__ for name in BUILDERS}
            return
        for name in OF_THE_TEXT:
            setattr(self, name, self._known[key][name])
        for name in BUILDERS:
            setattr(self, name, self._known[key][name].__get__(self, None))


class KnownTemplates(BytecodeCache):
    """By name and text: a template that is written anew is compiled anew."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None, bucket.key
        self._known[bucket.key, bucket.checksum] = bucket.code


def for_this_process() -> None:
    """Every app that is made from now on."""
    Flask.url_rule_class = KnownRule
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": KnownTemplates()}
