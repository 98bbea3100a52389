"""Forward-only migrations of rectification's inline read models."""
