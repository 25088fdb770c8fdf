"""Floor 1: shell commands under the kernel's eye. What confines them runs in a process of its own (`launcher/`)."""
