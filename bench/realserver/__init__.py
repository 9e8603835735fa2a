"""A real HTTP server with bounded capacity and real clients that retry: does it stay down where the product says so?

    ./dev bench realserver            predict, measure what is not measured yet, compare (under 12 minutes)
    ./dev bench realserver --quick    two settings, under 90 s
    ./dev bench realserver --help     the rest

Nothing is simulated on the measured side: every attempt is an HTTP request over its own TCP connection, the clients' timeouts and the
server's queue are real, and server and clients are two processes. Only the time that a piece of work takes is made by waiting, so that the
capacity is known and a small machine is not itself the bottleneck. Method and results: `docs/theory/dynamics-testbed.md`.
"""

__all__: list[str] = []
