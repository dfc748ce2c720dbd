"""Two records of one person made one, previewed first, and parted again."""
