"""Working time: business calendars, the clocks that run on them, and who is to take a conversation."""
