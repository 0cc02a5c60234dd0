"""What a station can be set to do beside sampling, each a pure machine of its own."""
