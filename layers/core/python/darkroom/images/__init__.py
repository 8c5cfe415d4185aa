"""Images: asked for, uploaded, developed, shown."""
