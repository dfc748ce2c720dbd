"""What clinicians decide: verdicts, checklists and coded diagnoses."""
