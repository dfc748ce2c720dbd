"""What leaves Dermis: a patient's report as PDF, the record as FHIR."""
