"""What a net's sites are to it: a hidden layer, a layer of heads, units over bits. No terms are proposed here."""
