"""What a program is: types, primitives, expression graphs and their views, the grammar that prices them, a question."""
