"""The layer every function shares: features in the middle, protocols and libraries at the rim."""
