"""Units owns the hierarchy: area units, what is attached to them, their leading groups, their people."""
