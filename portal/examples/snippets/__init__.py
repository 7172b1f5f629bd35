"""A request as readers would write it themselves: in a shell, in Python, in JavaScript, in an `.http` file."""
