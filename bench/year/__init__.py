"""A year of a district in accelerated time: ``python -m bench.year --cases 30000``."""
