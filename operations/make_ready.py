"""``python -m operations.make_ready``: once before the processes are started one by one (systemd, containers).

The same as ``make serve`` does first: unsafe settings are named and nothing is begun; the record is brought to this
release's schema, rules are published where there are none, the fallback document is written. Repeating it
changes nothing.
"""

import os
import sys

from adapters.settings import SettingsInvalid, load_settings, serve_problems
from operations.command_line import refused
from operations.record_store import RecordError
from operations.setup import Refused, prepare


def main() -> int:
    try:
        settings = load_settings(dict(os.environ))
        problems = serve_problems(settings)
        if problems:
            raise SettingsInvalid(problems)
        prepare(settings, False, lambda said: print(said, flush=True))
    except (SettingsInvalid, Refused) as refusal:
        return refused(str(refusal))
    except RecordError as error:
        return refused(f"The database of DATABASE_URL does not do it ({type(error).__name__}).")
    except OSError as error:
        return refused(f"{error.filename}: {error.strerror}. The service needs to write there.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
