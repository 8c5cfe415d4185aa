"""The OpenAPI document of the REST API, made from the routes, their docstrings and the shapes that they name."""
