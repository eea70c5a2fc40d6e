"""Programs found by gradient descent: nets with named sites, and their training."""
