"""Forward-only migrations of the schedule's inline read models."""
