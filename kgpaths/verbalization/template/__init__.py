"""Chains without a language model: an argument is put into sentences from a file of variants."""
