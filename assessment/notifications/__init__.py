"""What the assessment tells people; every message is declared when the application starts."""
