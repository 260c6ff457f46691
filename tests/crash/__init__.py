"""A promise kept, and three misses, while processes are killed and the queue's memory is lost.

For the resident nothing changes.
"""
