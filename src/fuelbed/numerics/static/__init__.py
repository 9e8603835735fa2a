"""Classical fault trees, solved exactly: probability, minimal cut sets, importance, uncertainty."""
