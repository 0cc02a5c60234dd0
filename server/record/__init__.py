"""A person's own record: their page, slips, vaccinations, requests, and what partners ask."""
