"""The product measures itself: how fast, how often it errs, and who stands out."""
