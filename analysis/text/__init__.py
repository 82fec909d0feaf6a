"""Articles into sentences and passages."""
