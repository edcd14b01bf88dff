"""Sources: an operator's TOML files about outlets, read, checked, and proposed by a wizard."""
