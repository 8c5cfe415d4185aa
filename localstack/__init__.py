"""The local cloud: one process that brings up, watches, heals and stops everything Darkroom runs on."""
