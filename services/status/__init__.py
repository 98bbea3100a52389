"""Status: what every unit has done and what stands below it, on any day, folded from the events."""
