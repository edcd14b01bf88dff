"""Sources: what an operator writes down about an outlet, checked, and the wizard that proposes it."""
