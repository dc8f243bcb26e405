"""What the database needs before it can pass for Redshift: types, functions, bookkeeping and system views, as SQL."""
