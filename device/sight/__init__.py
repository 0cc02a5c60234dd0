"""Sight: from a camera's frames to the codes that people hold up."""
