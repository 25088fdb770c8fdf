"""Floor 1: sessions on disk."""
