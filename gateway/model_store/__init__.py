"""Versions of the model as people see them: what there is, what is live, what may be released."""
