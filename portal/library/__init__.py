"""The library: requests that people saved under a name, for the whole team."""
