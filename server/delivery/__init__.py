"""Delivery: the transactional outbox.  It does not know what it carries."""
