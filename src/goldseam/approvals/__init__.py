"""Exception compensation: ask, route, decide, delegate, escalate, withdraw; carried out once."""
