"""Several hosts on one machine, each in a network namespace of its own: links are cut while calls go on."""
