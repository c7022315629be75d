"""The only place that knows the world: wiring, clocks, signals, the command line."""
