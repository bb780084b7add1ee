"""Tables: what is configured rather than computed, from files to domain objects."""
