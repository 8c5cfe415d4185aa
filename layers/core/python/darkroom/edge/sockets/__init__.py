"""GraphQL subscriptions over API Gateway WebSocket, in the words of graphql-transport-ws; see README.md."""
