"""What samplers of several folders share, above the search for neighbours."""
