"""Short-lived facts, through PynamoDB: every one has an end, written as a TTL and checked on read."""
