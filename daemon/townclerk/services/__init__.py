"""One verb each, `run_once(...) -> counts`: intake, timekeeper, reporting, recounting, delivery, desk."""
