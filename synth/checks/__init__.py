"""What a primitive declares (laws, inverses, its views beside numpy), held against random and edge values."""
