"""The one line of requests of this process: its server counts in it, its application reads it."""

from adapters.load import Waiting

WAITING = Waiting()
