"""What an operator sees of the portal and keeps of it: figures, logs, traces, backups."""
