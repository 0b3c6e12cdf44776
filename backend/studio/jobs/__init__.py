"""Durable work: claimed with a lease, done in steps, resumed after a kill. It knows no product noun."""
