"""Hand-written fakes; they pass the same contract tests as the adapters."""
