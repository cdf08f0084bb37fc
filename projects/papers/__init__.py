"""Documents that a worker makes of networks: proposals, receipts, packages to hand over, letters."""
