"""The target table: created, compared, widened and rebuilt."""
