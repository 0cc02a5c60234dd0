"""Results by import: a file or message is kept, its rows staged, and a person confirms them."""
