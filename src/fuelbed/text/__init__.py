"""Reading postmortems: text -> `Document` (structure with places) -> `Reading` (what it says). Words are data in `lexicon/`."""
