"""What would have happened if the front line had been allowed to decide more by itself."""
