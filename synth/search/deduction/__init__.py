"""Programs whose operators take functions: found forward by cost, and back from the goal to the bodies of lambdas."""
