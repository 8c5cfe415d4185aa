"""gRPC: the services of protos/bridge/v1 over the same use cases as HTTP."""
