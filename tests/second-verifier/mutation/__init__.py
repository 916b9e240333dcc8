"""Makes changed bundles from golden ones, to compare verifiers on them."""
