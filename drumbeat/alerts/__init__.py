"""Alerts: a spike on its way to people, by mail and chat, through an outbox that loses nothing."""
