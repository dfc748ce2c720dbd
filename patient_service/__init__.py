"""patient_service: the clinical record of Dermis."""
