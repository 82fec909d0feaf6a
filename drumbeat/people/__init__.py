"""Who may do what: accounts of the desk, their browsers and tokens, and the trail of what was changed."""
