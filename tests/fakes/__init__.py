"""Hand-written fakes. ``tests/contract`` runs one suite over each fake and the adapter that it replaces."""
