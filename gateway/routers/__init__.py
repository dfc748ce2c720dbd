"""The routes, one thin file a noun: HTTP in, one call, HTTP out."""
