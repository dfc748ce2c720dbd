"""The API as it describes itself, tried by Schemathesis in every role."""
