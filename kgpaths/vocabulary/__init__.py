"""The words of the graph: relations, node types, licences and policies, read from `ontologies/`."""
