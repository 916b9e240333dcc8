"""A second, independent verifier of execert evidence, written from the wire-format page alone."""
