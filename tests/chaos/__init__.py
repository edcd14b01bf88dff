"""Kill, stop, fill and cut what Dateline consists of, and see that nothing is lost.

``python -m tests.chaos`` (``make chaos``) does it to a real installation of ``dateline up`` for
many minutes; ``test_killed_runs.py`` does a little of it to ``dateline run`` among the tests.
"""
