"""What the house is built with, and does not run."""
