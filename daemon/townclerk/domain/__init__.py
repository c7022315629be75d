"""Pure values and functions: nothing here does input or output, or reads a clock."""
