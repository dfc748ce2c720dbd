"""The schema of database `patients`, step by step."""
