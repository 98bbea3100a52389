"""Replays: a league's history told again, event by event or day by day."""
