"""Golden files: what `dateline extract` makes of pages of the bundled demo site.

A change of a rule shows as a diff of JSON, which is then the review. To write them anew:
``python -m tests.golden.regenerate``.
"""
