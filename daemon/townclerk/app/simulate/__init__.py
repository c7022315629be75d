"""Scenario files played through the real services: a virtual clock, mail in memory, a database for the day."""
