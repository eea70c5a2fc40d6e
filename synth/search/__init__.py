"""From a question to a program: the bank in order of bits, working back from the goal, decision trees, lambdas."""
