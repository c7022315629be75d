"""Tokens by which we are let into a mailbox (OAuth2): fetched from whoever gives them, kept, and renewed ahead of time."""
