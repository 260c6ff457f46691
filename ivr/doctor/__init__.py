"""``python -m ivr.doctor``: is this installation able to take residents' calls? Facts are looked up, then judged.

``look_*`` ask the provider, the web and this machine; ``judge_*`` are pure; ``words.yaml`` holds every sentence.
"""
