"""Archives: histories in one sealed file, written, checked, and taken into an empty store."""
