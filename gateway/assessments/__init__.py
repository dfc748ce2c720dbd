"""From a photo to a detection: stored, assessed, explained; pending ones completed later."""
