"""Views as they were known: folded anew from the history up to a position, in memory."""
