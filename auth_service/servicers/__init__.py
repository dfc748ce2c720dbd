"""gRPC in, domain out: one servicer per service of `protos/dermis/auth/v1/auth.proto`."""
