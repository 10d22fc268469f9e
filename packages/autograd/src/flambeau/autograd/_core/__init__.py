"""The compiled core: Variable, graph nodes and the engine that runs them backward."""
