"""A documentation portal whose examples run."""
