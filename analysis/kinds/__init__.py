"""What kind of thing a narrative is: claim, event, subject or form."""
