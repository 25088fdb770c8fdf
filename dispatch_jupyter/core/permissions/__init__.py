"""Floor 1: what may be touched. Every file access of every tool goes through here."""
