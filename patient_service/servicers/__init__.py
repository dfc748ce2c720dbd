"""gRPC in, rules called, gRPC out: one servicer per noun."""
