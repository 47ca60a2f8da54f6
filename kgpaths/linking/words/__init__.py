"""What a text is made of: plain characters, words in one form, abbreviations, and the words of cues."""
