"""Floor 5: what runs in a kernel. Imports of the core only its protocol."""
