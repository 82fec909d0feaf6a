"""What kind of thing a narrative is."""
