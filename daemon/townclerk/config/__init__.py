"""Files into values: settings, policies, rosters, routing rules, calendars and templates."""
