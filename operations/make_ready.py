"""``python -m operations.make_ready``: once before the processes are started one by one (systemd, containers).

The same as ``make serve`` does first: unsafe settings are named and nothing is begun; the record is brought to this
release's schema, rules are published where there are none, the fallback document is written. Repeating it
changes nothing.

``--patient``: a database that does not answer yet (a machine that boots, a host that is being mended) or a full disk is
waited for, for as long as it takes: whoever needs us is not started before, nor by itself later. What a person must
mend (an unsafe setting, a demo account, a wrong password) ends it at once in either case.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable

from adapters.settings import SettingsInvalid, load_settings, serve_problems
from operations.command_line import refused
from operations.record_store import RecordError
from operations.record_trouble import passes, told
from operations.setup import Refused, prepare

PAUSE_SECONDS = 5.0


class NotYet(Exception):
    """What may be well again by itself; one sentence."""


def main(arguments: list[str] | None = None, pause: Callable[[float], None] = time.sleep) -> int:
    patient = _parser().parse_args(arguments).patient
    while True:
        try:
            _once()
        except NotYet as trouble:
            if not patient:
                return refused(str(trouble))
            print(f"{trouble} It is tried again.", file=sys.stderr, flush=True)
            pause(PAUSE_SECONDS)
        except (SettingsInvalid, Refused) as refusal:
            return refused(str(refusal))
        else:
            return 0


def _once() -> None:
    """Raises NotYet, SettingsInvalid, Refused."""
    try:
        settings = load_settings(dict(os.environ))
        problems = serve_problems(settings)
        if problems:
            raise SettingsInvalid(problems)
        prepare(settings, False, lambda said: print(said, flush=True))
    except RecordError as error:
        raise (NotYet if passes(error) else Refused)(told(error)) from None
    except OSError as error:
        raise NotYet(f"{error.filename}: {error.strerror}. The service needs to write there.") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m operations.make_ready", description=__doc__)
    parser.add_argument("--patient", action="store_true", help="wait for a database that does not answer yet")
    return parser


if __name__ == "__main__":
    sys.exit(main())
