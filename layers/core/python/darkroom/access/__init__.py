"""Access: accounts, passwords, tokens."""
