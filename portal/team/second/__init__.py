"""The second factor: codes of an authenticator app, recovery codes, passkeys."""
