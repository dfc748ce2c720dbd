"""The record: patients, lesions, photos, detections, exports."""
