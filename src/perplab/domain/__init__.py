"""What can be said, and what is true: numbers, instruments, commands, events, state."""
