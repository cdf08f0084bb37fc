"""Finding calls: numbers beside facets, words that were meant, searches that are kept, ways on."""
