"""Read SQL text as far as the rules need it: tokens, statements and names, but no full parse."""
