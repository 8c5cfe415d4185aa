"""The command line client: sign in, upload photos, watch them develop."""
