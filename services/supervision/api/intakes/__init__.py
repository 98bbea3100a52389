"""How what is told of supervision becomes a command, the same from a body and from a row."""
