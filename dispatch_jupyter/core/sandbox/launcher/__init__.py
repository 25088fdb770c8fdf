"""What starts and confines commands: processes of their own, standard library only, not imported by the server (but for `wire`).

One launcher a server (`launcher.py`), forked into one supervisor a command (`supervisor.py`), which forks the command.
"""
