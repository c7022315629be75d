"""One verb each, `run_once(...) -> counts`: intake, timekeeper, reporting, delivery, desk."""
