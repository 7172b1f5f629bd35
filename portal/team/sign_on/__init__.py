"""Signing on with an account people have elsewhere: OpenID Connect, and GitHub."""
