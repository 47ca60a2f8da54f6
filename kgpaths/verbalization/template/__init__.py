"""The template writes chains without a language model, from sentences that a file holds in several variants."""
