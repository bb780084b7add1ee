"""The task as each opponent's user would write it; each runs in an environment of its own."""
