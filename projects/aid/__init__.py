"""What a project costs, and how much aid it may get: cell by cell, exactly, explained."""
