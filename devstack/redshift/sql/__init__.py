"""Reading SQL text as far as the rules need it: tokens, statements, names. Never a full parse."""
