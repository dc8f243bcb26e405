"""What a plan needs: safe point, read scope, chunks and preflight checks."""
