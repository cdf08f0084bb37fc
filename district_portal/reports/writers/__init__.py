"""Writers of report files. They know columns and a query, and no domain."""
