"""One file for each kind of rule, or for a few that share what they count."""
