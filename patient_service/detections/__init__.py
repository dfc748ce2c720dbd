"""The model's answers: pending, checked, complete."""
