"""What every service shares: a pure kernel, the published events, and the platform that carries them."""
