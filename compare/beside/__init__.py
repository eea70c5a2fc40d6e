"""What is measured of nets beside the verdict, which decides nothing: maps, boards, objects, halves of pictures."""
