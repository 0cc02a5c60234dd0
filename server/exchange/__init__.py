"""Exchange: outcomes told to other systems (FHIR, webhook, CSV), and read by them."""
