"""How patients are found: what a search means, and whom it matches."""
