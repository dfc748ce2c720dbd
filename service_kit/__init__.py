"""What every Dermis service is built from. No business words in here."""
