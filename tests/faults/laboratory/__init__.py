"""The fault laboratory: the daemon in a process of its own, everything that can go wrong around it, and a ledger beside it.

`make faults` runs it. What is injected is drawn from a seed alone: the lives of the daemon (`lives`), what befalls it in them
(`troubles`), and what happens to each connection (`servers.proxy`). The `ledger` knows what went in and what came out; the
`law` says what must be true of both in the end.
"""
