"""What can go wrong in the engine, each with one sentence a person can act on."""


class EngineError(ValueError):
    """Parent of every error the engine raises on purpose."""


class UnreadableTable(EngineError):
    """The input file is not a table that the engine can read (wrong type, no header row, no text column)."""


class UnwritableResult(EngineError):
    """The result cannot be written where it was asked for."""


class ModelMismatch(EngineError):
    """Stored bytes (features, counts or model) were written by an incompatible version of the engine."""


class ConflictingConstraints(EngineError):
    """A must-link chain joins two messages that a cannot-link keeps apart."""
