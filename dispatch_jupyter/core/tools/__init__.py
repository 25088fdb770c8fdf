"""Floor 2: what agents can do."""
