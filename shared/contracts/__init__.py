"""The published language: what each service's events are called and how old ones are read."""
