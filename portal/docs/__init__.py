"""From markdown on disk to pages."""
