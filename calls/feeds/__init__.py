"""What other programs follow: Atom, calendars, open data. These addresses have no language."""
