"""An installation as a whole: its state, its faults, its backup, its service."""
