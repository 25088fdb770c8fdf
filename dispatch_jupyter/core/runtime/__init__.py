"""Floor 3: live sessions and the agents in them."""
