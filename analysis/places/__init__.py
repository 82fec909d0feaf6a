"""Which countries, places and names a text names, and which countries it is about, by gazetteer."""
