"""The bank on a device that JAX serves: `backend="jax"`. Importing it imports JAX, so only such a bank does."""
