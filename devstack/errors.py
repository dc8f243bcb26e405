"""Errors of the local servers."""


class DevstackError(Exception):
    """A local server could not be downloaded or started; the message contains the last lines of its log."""
