"""Floor 2: skills, Markdown files that tell agents how things are done here."""
