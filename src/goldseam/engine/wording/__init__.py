"""What a language model is asked to word, and the judge of what it answers. The model decides nothing."""
