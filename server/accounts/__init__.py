"""People with access, their log-ins, and the stations that may upload."""
