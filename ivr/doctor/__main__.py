"""``python -m ivr.doctor``: arguments in, one line a finding out. Exit 0: no fault; 1: a fault; 2: wrong usage."""

import argparse
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from adapters.places import ROOT, Places
from adapters.settings import E164, Settings, SettingsInvalid, load_settings
from ivr import fallback
from ivr.doctor import live
from ivr.doctor.examine import Examination, Options, account_of
from ivr.doctor.model import Finding, ask, fault
from ivr.doctor.words import Words
from ivr.speech.announcements import load as load_announcements
from operations import trial

FINE, FAULT, USAGE = 0, 1, 2


def main(arguments: list[str] | None = None) -> int:
    parser = _parser()
    given = parser.parse_args(arguments)
    if given.fallback_url and not given.set_webhooks:
        parser.error("--fallback-url belongs to --set-webhooks")
    if given.trial and not Places(given.root).data.exists():
        parser.error("nothing was started here yet: make run")
    words = Words.load()
    try:
        settings = load_settings(_environment(given))
    except SettingsInvalid as invalid:
        return _tell(words, (fault("settings.invalid", ("problem", problem)) for problem in invalid.problems))
    return _tell(words, _findings(settings, given, words))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ivr.doctor", description=__doc__)
    parser.add_argument("--set-webhooks", action="store_true", help="set the number's webhooks to this service")
    parser.add_argument("--fallback-url", type=_url, help="with --set-webhooks: the hosted fallback document")
    parser.add_argument("--live", action="store_true", help="also try what the emulator only assumes (costs calls)")
    parser.add_argument(
        "--call-me", type=_number, metavar="NUMBER", help="ring this telephone: which number does it show?"
    )
    parser.add_argument("--least-free-mb", type=int, default=2000, help="less free disk is a fault (default 2000)")
    parser.add_argument("--trial", action="store_true", help="examine what `make run` has set up")
    parser.add_argument("--root", type=Path, default=ROOT, help="where .env and var/ lie (default: the project)")
    return parser


def _number(text: str) -> str:
    if not E164.fullmatch(text):
        raise argparse.ArgumentTypeError("must be in international form, like +358401234567")
    return text


def _url(text: str) -> str:
    if not text.startswith(("https://", "http://")):
        raise argparse.ArgumentTypeError("must begin with https://")
    return text


def _environment(given: argparse.Namespace) -> Mapping[str, str]:
    return trial.environment(given.root, os.environ) if given.trial else fallback.environment(given.root)


def _findings(settings: Settings, given: argparse.Namespace, words: Words) -> Iterator[Finding]:
    provider, announcements = account_of(settings), load_announcements()
    options = Options(given.set_webhooks, given.fallback_url or "", given.least_free_mb)
    examination = Examination(settings, provider, announcements, options)
    yield from examination.findings()
    trials = live.Trials(provider, settings.shown_number, given.call_me, words, _ask)
    if given.call_me:
        yield trials.call_me(given.call_me)
    if given.live:
        rows = live.assumed()
        if rows is None:
            yield ask("live.no_list")
            return
        rules = examination.rules
        yield from trials.behaviours(rows, None if rules is None else live.sentence(announcements, rules))


def _ask(prompt: str) -> str | None:
    """On the error stream, so that the findings can be kept in a file."""
    print(prompt, end="", file=sys.stderr, flush=True)
    typed = sys.stdin.readline()
    return typed.strip() if typed else None


def _tell(words: Words, findings: Iterator[Finding]) -> int:
    """Each line as soon as it is known: some checks take seconds."""
    levels = []
    for finding in findings:
        levels.append(finding.level)
        print(words.line(finding), flush=True)
    faults = levels.count("fault")
    counted = {"faults": faults, "warnings": levels.count("warning"), "questions": levels.count("ask")}
    print("\n" + words.say("labels.summary", **counted), flush=True)
    return FAULT if faults else FINE


if __name__ == "__main__":
    sys.exit(main())
