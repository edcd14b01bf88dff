"""Copies and agency credits beside other methods, and the cost of looking copies up."""
