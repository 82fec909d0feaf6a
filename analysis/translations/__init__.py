"""Articles that are probable translations of one another."""
