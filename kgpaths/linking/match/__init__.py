"""Which names of the graph the words are: the index of names, what a span may mean, and which meaning is taken."""
