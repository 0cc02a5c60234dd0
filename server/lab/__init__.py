"""The laboratory: tubes received, results entered, checked and corrected.  No names here."""
