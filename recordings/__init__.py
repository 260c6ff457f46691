"""Sound: what was announced, where its bytes are, whose matter it is, and who may hear it."""
