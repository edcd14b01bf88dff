"""Load what reading a page needs, in a process from which page workers are forked.

Importing this module reads the sample page of ``pipeline.stages.extract``. The regular expressions
and tables that this compiles take 0.6 s of processor time, which each worker would spend otherwise,
and again after each kill.
"""

from pipeline.stages.extract import read_sample

read_sample()
