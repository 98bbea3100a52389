"""SQL files, run in the order of their names."""
