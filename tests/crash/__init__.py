"""Scenarios 3 and 4 while processes are killed and the queue's memory is lost: for the resident nothing changes."""
