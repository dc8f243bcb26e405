"""The load transaction: which entries, which groups, how rows and deletes are applied, and recovery."""
