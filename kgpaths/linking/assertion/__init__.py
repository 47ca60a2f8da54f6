"""What is said of a finding: whether it is there, when, and whose it is."""
