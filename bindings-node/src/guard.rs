//! The one guard that every call from JavaScript passes: panics are caught, errors become plain objects, and whatever
//! touches a disk happens on a thread of libuv's pool.

use std::panic::{AssertUnwindSafe, catch_unwind};

use execert::{Code, Error, Result};
use napi::Env;
use napi::bindgen_prelude::{AsyncTask, Buffer, Either, Task, ToNapiValue, TypeName};
use napi_derive::napi;

/// An error of the core, as the TypeScript layer reads it; there it becomes a class.
#[napi(object, object_from_js = false)]
pub struct Failure {
    /// Stable `area.reason`.
    pub code: String,
    /// What the caller has to do.
    pub kind: String,
    /// One sentence, with the place.
    pub message: String,
    /// JSON Pointer of the value at fault.
    pub path: Option<String>,
    /// What to do next.
    pub hint: String,
    /// Digest of the approval request that waits.
    pub request: Option<String>,
    /// The report behind it, as JCS.
    pub report: Option<Buffer>,
    /// The exit code of a command that ends with it.
    pub exit: u32,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure {
            code: error.code().as_str().to_owned(),
            kind: error.kind().as_str().to_owned(),
            message: error.to_string(),
            path: error.path().map(str::to_owned),
            hint: error.next().to_owned(),
            request: error.request_digest().map(str::to_owned),
            report: error.report_bytes().map(|bytes| Buffer::from(bytes.to_vec())),
            exit: u32::from(error.exit()),
        }
    }
}

/// What a call answers: a value, or why there is none.
pub type Outcome<T> = Either<T, Failure>;

/// What a call off the event loop answers later.
pub type Later<T> = AsyncTask<Work<T>>;

/// Runs the body of a call on this thread. A panic becomes `internal.panic` and leaves the process alive.
pub(crate) fn entry<T>(body: impl FnOnce() -> Result<T>) -> Outcome<T> {
    match caught(body) {
        Ok(value) => Either::A(value),
        Err(error) => Either::B(error.into()),
    }
}

/// Runs the body of a call on a thread of the pool.
pub(crate) fn later<T: Answer>(body: impl FnOnce() -> Result<T> + Send + 'static) -> Later<T> {
    // Armed by the thread that calls, so that the test hook does not hit another call of the pool.
    let armed = hook::take();
    AsyncTask::new(Work(Some(Box::new(move || {
        hook::fire(armed);
        body()
    }))))
}

fn caught<T>(body: impl FnOnce() -> Result<T>) -> Result<T> {
    let run = || {
        hook::fire(hook::take());
        body()
    };
    // The payload of a panic may hold content: it is not shown.
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_panic| {
        Err(Error::new(
            Code::InternalPanic,
            "execert met a defect of its own; the call was abandoned",
        ))
    })
}

/// What may come back from the pool.
pub trait Answer: Send + Sized + 'static {
    /// As JavaScript sees it.
    type Js: ToNapiValue + TypeName;
    /// Made on the thread of JavaScript.
    fn js(self) -> Self::Js;
}

impl Answer for Vec<u8> {
    type Js = Buffer;
    fn js(self) -> Buffer {
        self.into()
    }
}

impl Answer for () {
    type Js = ();
    fn js(self) {}
}

/// A call that waits for a thread of the pool.
pub struct Work<T>(Option<Body<T>>);

type Body<T> = Box<dyn FnOnce() -> Result<T> + Send>;

impl<T: Answer> Task for Work<T> {
    type Output = Result<T>;
    type JsValue = Either<T::Js, Failure>;

    fn compute(&mut self) -> napi::Result<Self::Output> {
        let gone = || Error::new(Code::WireBadHandle, "this call was made before");
        let body = self.0.take();
        Ok(body.ok_or_else(gone).and_then(caught))
    }

    fn resolve(&mut self, _env: Env, output: Self::Output) -> napi::Result<Self::JsValue> {
        Ok(match output {
            Ok(value) => Either::A(value.js()),
            Err(error) => Either::B(error.into()),
        })
    }
}

/// The test hook of N56: the next call of this thread panics.
#[cfg(feature = "testing")]
pub(crate) mod hook {
    use std::cell::Cell;

    thread_local! {
        static ARMED: Cell<bool> = const { Cell::new(false) };
    }

    /// Makes the next guarded call of this thread panic.
    pub(crate) fn arm() {
        ARMED.set(true);
    }

    pub(super) fn take() -> bool {
        ARMED.replace(false)
    }

    #[expect(clippy::panic, reason = "panicking is what the hook is for")]
    pub(super) fn fire(armed: bool) {
        if armed {
            panic!("test hook");
        }
    }
}

#[cfg(not(feature = "testing"))]
mod hook {
    pub(super) fn take() -> bool {
        false
    }
    pub(super) fn fire(_armed: bool) {}
}
