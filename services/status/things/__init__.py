"""Things: teams, items, programmes and the like; what is known of them, and what that adds to units."""
