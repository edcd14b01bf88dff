"""Tests of the modules of `training` that do not import torch."""
