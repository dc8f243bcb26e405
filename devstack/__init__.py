"""Real local servers for the demo, the tests and the benchmarks; not part of the provider."""
