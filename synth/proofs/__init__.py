"""What z3 says of a program: equal to another for all inputs, or right under the constraints of a problem."""
