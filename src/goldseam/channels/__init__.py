"""The doors through which conversations come in and go out; one folder each."""
