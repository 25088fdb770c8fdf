"""What a shell command would touch, read from its text before it starts. `scan.scan` is the door."""
