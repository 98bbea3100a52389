"""The bulletin: a dated document whose every figure comes from a view and says which."""
