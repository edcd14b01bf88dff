"""Golden files: the output of `dateline extract` for pages of the bundled demo site.

A changed rule shows as a diff of JSON, which is what a reviewer reads. To write them again:
``python -m tests.golden.regenerate``.
"""
