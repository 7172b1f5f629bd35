"""What the portal promises about speed, as benchmarks that print what they saw beside what is promised."""
