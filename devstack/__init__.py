"""Local real servers for the demo, the tests and the benchmarks; nothing of it is part of the provider."""
