"""Floor 2: models. `client.py` is the only importer of litellm."""
