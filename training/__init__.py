"""Recipe that makes the bundled models: raw data in, finished and checked files out."""
