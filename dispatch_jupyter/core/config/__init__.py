"""Floor 1: configuration."""
