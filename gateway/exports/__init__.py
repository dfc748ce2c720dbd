"""Exports: a patient's report as PDF, the record as FHIR."""
