"""Scenario files played through the real services: a virtual clock, a mailbox and a transport in memory, a database for the day."""
