"""One verb each, `run_once(...) -> counts`: intake, timekeeper, delivery, desk."""
