"""Versions of the rules: drafts, what differs, merging, publishing now or later, rolling back, hours."""
