"""Sources: what an operator writes down about an outlet, checked, and a wizard to begin with."""
