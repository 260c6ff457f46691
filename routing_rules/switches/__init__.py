"""Quick switches: a department closed now, a topic sent elsewhere, no callbacks offered; each ends by itself."""
