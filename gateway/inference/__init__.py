"""Which replica and which version answer for a photo; canaries and shadows."""
