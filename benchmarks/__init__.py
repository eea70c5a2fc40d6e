"""What is asked: tasks, controls and suites; running them; the command line."""
