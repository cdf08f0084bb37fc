"""What pages show of calls: each builds one part of a page from rows, in the reader's language."""
