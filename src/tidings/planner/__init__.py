"""Before a send: what throughput it needs, and when its messages will leave."""
