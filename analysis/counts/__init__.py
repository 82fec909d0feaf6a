"""How often each narrative was told, by whom and on which day, against what was seen of each source."""
