"""The judge of a finished run. Reads what was written down (SQL, lab history, what was heard), never a live process."""
