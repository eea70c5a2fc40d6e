"""What was found: read a net, explain it, test the explanation, weigh it, judge it, report it."""
