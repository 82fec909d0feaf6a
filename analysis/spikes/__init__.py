"""Spikes: which narrative stands out of what the outlets' output leads one to expect, and what else could
explain it.
"""
