"""`python -m emulator --config FILE.json`: one process, until it is asked to stop."""

import argparse
import signal
import sys
import threading
from pathlib import Path

from emulator.app import make
from emulator.config import load


def main() -> int:
    parser = argparse.ArgumentParser(prog="emulator")
    parser.add_argument("--config", type=Path, required=True)
    server = make(load(parser.parse_args().config))
    for wanted in (signal.SIGTERM, signal.SIGINT):
        signal.signal(wanted, lambda _number, _frame: threading.Thread(target=server.shutdown).start())
    sys.stderr.write(f"emulator listens on {server.host}:{server.port}\n")
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
