"""What the verification reads at both ends, and which checks are due."""
