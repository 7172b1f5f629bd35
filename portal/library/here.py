"""The thread on which the library is read and written, for the doors."""

from portal.desk import Desk

desk = Desk("library")
