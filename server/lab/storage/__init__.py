"""Where tubes are kept after reception, and until when."""
