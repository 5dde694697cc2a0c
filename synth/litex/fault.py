"""The error of a memory that does not start."""


class MemoryFault(Exception):
    """Says where the memory failed, how, and what to look at."""
