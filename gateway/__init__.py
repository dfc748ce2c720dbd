"""REST for web clients, and the walk of a photo from upload to detection."""
