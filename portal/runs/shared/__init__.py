"""Runs of several workers: live logs, claims, commands and turns that they share through Redis."""
