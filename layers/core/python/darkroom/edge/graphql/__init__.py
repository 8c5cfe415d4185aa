"""GraphQL: the same use cases as REST, over HTTP, and listened to over sockets."""
