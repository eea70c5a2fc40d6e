"""Recurrent nets: their states as a machine, the machine as arithmetic on few integers, and where these sit."""
