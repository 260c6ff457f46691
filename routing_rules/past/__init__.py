"""Decisions of past calls, read back from the record."""
