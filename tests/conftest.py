"""Puts `tests/` on the path, so that every test can `import model_server`."""
