"""How good a run is, fitted and measured for an honest card. Not part of any service."""
