"""The recipe for the bundled models: from raw data to finished, verified files."""
