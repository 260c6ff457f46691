"""A telephone that rings again and again and tries every key: the player, the explorer, the judge, and the city."""
