"""Programs put together from separately found parts: decision trees whose leaves are right on some examples each."""
