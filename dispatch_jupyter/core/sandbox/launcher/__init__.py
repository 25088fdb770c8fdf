"""What starts and confines commands: processes of their own, standard library only.

The server imports `wire` of it and hands the text of the rest over (`../source.py`).

One launcher a server (`launcher.py`), forked into one supervisor a command (`supervisor.py`), which forks the command.
"""
