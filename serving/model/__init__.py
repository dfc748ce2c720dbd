"""The classifier itself: preprocessing, backends, calibration, Grad-CAM, warnings about a photo."""
