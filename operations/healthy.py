"""``python -m operations.healthy web|events``: exit code 0 if that process answers here. A container asks so."""

import os
import sys

from operations.ready import AnswersHttp, is_ready

PORTS = {"web": "WEB_PORT", "events": "EVENTS_PORT"}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in PORTS:
        print(__doc__, file=sys.stderr)
        return 2
    port = os.environ.get(PORTS[arguments[0]], "")
    if not port.isdigit():
        print(f"{PORTS[arguments[0]]} is not set.", file=sys.stderr)
        return 2
    return 0 if is_ready(AnswersHttp("127.0.0.1", int(port), "/healthz")) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
