"""Load what reading and annotating a page needs, in a process from which page workers are forked.

Importing this module reads the sample pages of ``pipeline.stages.extract``, and loads the shipped
model but for its weights. The regular expressions and tables that this compiles take 1.3 s of
processor time, which each worker would spend otherwise, and again after each kill.
"""

from pipeline.stages.annotate import load_own_pipeline
from pipeline.stages.extract import read_samples

read_samples()
load_own_pipeline()
