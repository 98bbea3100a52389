"""SQL every service runs: the event store and what consumers keep."""
