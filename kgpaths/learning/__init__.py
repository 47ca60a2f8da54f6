"""What learns: the weights and costs in `ontologies/paths/`, from answers and explanations that experts wrote.

Nothing of the flow imports this room; the flow reads what was learned (`kgpaths.paths.features`, `.priors`).
"""
