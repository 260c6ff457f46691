"""Faults through a whole running city under load, and a judge who looks at what became of every promise."""
