"""What can go wrong with the local servers."""


class DevstackError(Exception):
    """A local server could not be fetched or started; the message holds the tail of its log."""
