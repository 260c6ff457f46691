"""The days ahead, looked through every night: where would callers be lost, and what is not as the rules say?"""
