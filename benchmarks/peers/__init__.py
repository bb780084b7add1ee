"""Our program beside the programs that a user would pick today, on one tape and one task."""
