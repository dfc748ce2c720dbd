"""What clinicians draw over photos: measures, arrows, outlines, texts, and the photo's scale."""
