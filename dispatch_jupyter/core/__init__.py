"""The agent runtime. Knows nothing of Jupyter, tornado or IPython."""
