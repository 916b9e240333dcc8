//! The world as the caller hands it in: the time before each call, randomness in advance, ledgers in memory.

use std::cell::RefCell;
use std::collections::VecDeque;

use execert::canon::Value;
use execert::host::{self, Host};
use execert::id::Uuid;
use execert::store::{Ledger, Memory, NewLedger, Secrets};
use execert::time::Timestamp;
use execert::{Code, Error, Result, object};
use zeroize::{Zeroize as _, Zeroizing};

use crate::buffers::take;

thread_local! {
    static WORLD: RefCell<World> = const { RefCell::new(World { millis: 0, random: VecDeque::new() }) };
}

struct World {
    millis: i64,
    random: VecDeque<u8>,
}

/// The time of the next calls, in milliseconds since 1970.
#[unsafe(no_mangle)]
pub extern "C" fn execert_time(millis: i64) {
    WORLD.with_borrow_mut(|world| world.millis = millis);
}

/// More randomness for the next calls; what is left over stays. A call that finds too little writes nothing. Answers how
/// many bytes there are.
#[unsafe(no_mangle)]
pub extern "C" fn execert_random(bytes: i32) -> u32 {
    let mut bytes = take(bytes);
    let held = WORLD.with_borrow_mut(|world| {
        world.random.extend(&bytes);
        world.random.len()
    });
    bytes.zeroize();
    u32::try_from(held).unwrap_or(u32::MAX)
}

pub(crate) struct Handed;

impl Host for Handed {
    fn now(&self) -> Timestamp {
        Timestamp::nearest(WORLD.with_borrow(|world| world.millis))
    }

    fn monotonic_ms(&self) -> u64 {
        WORLD.with_borrow(|world| u64::try_from(world.millis).unwrap_or(0))
    }

    fn random(&self, buffer: &mut [u8]) -> Result<()> {
        WORLD.with_borrow_mut(|world| {
            let count = buffer.len();
            if world.random.len() < count {
                let said = "no random bytes: the caller has to hand in more";
                return Err(Error::new(Code::StoreIo, said).hint("hand in 4,096 random bytes before each call"));
            }
            for (to, from) in buffer.iter_mut().zip(world.random.drain(..count)) {
                *to = from;
            }
            Ok(())
        })
    }

    fn pid(&self) -> u32 {
        1
    }

    fn read_file(&self, _path: &str) -> Result<Vec<u8>> {
        Err(Error::new(Code::StoreIo, "there are no files here").hint("hand in the document itself, a key as PEM text"))
    }

    fn open_ledger(&self, url: &str, new: Option<&NewLedger>) -> Result<Box<dyn Ledger>> {
        if url != "memory:" {
            return Err(Error::new(Code::WireBadArgument, "here a ledger is in memory")
                .at("/ledger")
                .hint("name it memory:"));
        }
        let secrets = Secrets {
            index_key: host::random(self)?,
            log: Zeroizing::new(host::random(self)?),
            mac: Zeroizing::new(host::random(self)?),
        };
        let uuid = || Ok::<_, Error>(Uuid::v7(self.now().millis(), host::random(self)?));
        Ok(Box::new(Memory::new(
            &new.cloned().unwrap_or_default(),
            uuid()?,
            uuid()?,
            secrets,
        )))
    }

    fn environment(&self, names: &[String]) -> Vec<(String, bool)> {
        names.iter().map(|name| (name.clone(), false)).collect()
    }

    fn runtime(&self) -> Value {
        Value::Object(object! { "language": "wasm" })
    }
}
