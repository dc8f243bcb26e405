"""The story of the demo, act by act."""
