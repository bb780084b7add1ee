"""Lab: questions asked of recorded prices: scenarios, recorded runs, and what became of them."""
