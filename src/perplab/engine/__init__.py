"""The rules: what a command causes in a state."""
