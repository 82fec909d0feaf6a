"""The dashboard and its JSON interface: they read what is stored and compute nothing heavy."""
