"""How a release is made, and what else is deployed beside the package."""
