//! The native half of the Python package `execert`. It translates and decides nothing: what is decided, the core decides.
//! People use the classes of `execert`; `execert._execert` is private.
#![forbid(unsafe_code)]

mod evidence;
mod files;
mod guard;
mod key;
mod plain;
mod recorder;
mod value;

/// The native half of `execert`.
#[pyo3::pymodule(gil_used = false)]
mod _execert {
    #[cfg(feature = "command")]
    #[pymodule_export]
    use crate::evidence::main;
    #[pymodule_export]
    use crate::evidence::{
        canonical, check, convert, ident, parse, plain, redact, render_text, reveal, snapshot, trust_build, user_trust,
        verify,
    };
    #[pymodule_export]
    use crate::key::Key;
    #[pymodule_export]
    use crate::recorder::{Recorder, Run, Step};
    #[pymodule_export]
    use crate::value::Snapshot;

    /// Refuses a second interpreter in the process: a ledger's locks and forks are watched once per process.
    #[pymodule_init]
    fn start(module: &pyo3::Bound<'_, pyo3::types::PyModule>) -> pyo3::PyResult<()> {
        crate::guard::one_interpreter(module.py())?;
        #[cfg(feature = "testing")]
        {
            use pyo3::types::PyAnyMethods as _;
            let hooks = [
                (
                    "_arm_panic",
                    pyo3::wrap_pyfunction!(crate::evidence::_arm_panic, module)?,
                ),
                ("_repeat", pyo3::wrap_pyfunction!(crate::evidence::_repeat, module)?),
            ];
            for (name, hook) in hooks {
                module.as_any().setattr(name, hook)?;
            }
        }
        Ok(())
    }

    /// The version of the package, of the core and of the command line.
    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "the Python name")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
