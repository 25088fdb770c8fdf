"""Shell commands: run, watched, moved to the background and stopped, confined by the policy."""
