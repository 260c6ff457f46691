"""How it is said: catalogues of words, numbers and times in three languages, sounds. Decides nothing."""
