//! execert core
