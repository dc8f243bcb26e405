"""SQL that prepares a PostgreSQL database for the stand-in: types, functions, bookkeeping and system views."""
