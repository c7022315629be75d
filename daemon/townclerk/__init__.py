"""townclerk keeps a council's feedback mailbox, and keeps the council's word."""

__version__ = "0.2.0"
