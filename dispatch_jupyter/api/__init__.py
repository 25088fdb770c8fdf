"""Floor 4: the Jupyter server extension."""
