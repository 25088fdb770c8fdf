"""Floor 0: ids, records, changes, commands and errors that every other part speaks.

Import from the modules, not from here: `errors` and `ids` are stdlib only and cheap, the rest needs pydantic.
"""
