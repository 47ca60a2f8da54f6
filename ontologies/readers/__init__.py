"""Readers of the open sources that the embedded default graph is made from, one file a source.

`default.yaml` names each of them by module and class. Where it gives no path, the reader gets the folder of all data
and finds its files there. Nothing is merged here: the same concept under several ids is joined by its cross-references.
"""
