//! What the linker has to know about an addon: on Linux nothing, elsewhere that Node brings the symbols.

fn main() {
    napi_build::setup();
}
