"""Scenarios: made-up but plausible campaigns that are loaded through the public APIs."""
