"""Versions of the rules: drafts, what differs, merging, publishing now or later, rolling back, one department's hours."""
