"""What the bot does with one message: facts in, a decision out. What is not certain goes to people."""
