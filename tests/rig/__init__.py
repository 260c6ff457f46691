"""A whole city of real processes for the tests, with residents and agents who telephone. Judging is the checker's."""
