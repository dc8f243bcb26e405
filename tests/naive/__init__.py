"""One naive variant a lesson: what others did. ``spoil`` swaps one decision of the product for it."""
