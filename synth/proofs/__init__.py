"""What z3 says of programs: `smt` whether a claim holds for all inputs, `constraints/` the programs that meet them."""
