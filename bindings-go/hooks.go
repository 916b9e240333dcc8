//go:build execert_testing

package execert

/*
#include <execert.h>
extern void execert_test_arm(void);
extern void execert_test_repeat(uint64_t seed);
extern execert_error *execert_test_record_line(execert_str line);

// Calls in a loop of C: what they cost without Go.
static void execert_go_loop(int64_t times, int which, execert_key *key, execert_str text) {
  for (int64_t n = 0; n < times; n++) {
    execert_bytes out = {0};
    execert_error *error = NULL;
    if (which == 0) (void)execert_abi_version();
    if (which == 1) error = execert_key_id(key, &out);
    if (which == 2) error = execert_canonical(text, &out);
    execert_error_free(error);
    execert_bytes_free(&out);
  }
}
*/
import "C"

// What only test builds of the library have.

// arm lets the next call of this thread panic inside the library.
func arm() { C.execert_test_arm() }

// repeat lets clock and randomness repeat from here on, in the whole process.
func repeat(seed uint64) { C.execert_test_repeat(C.uint64_t(seed)) }

// recordLine reads one record line alone.
func recordLine(line string) error {
	return done(func() *C.execert_error { return C.execert_test_record_line(lent(line)) })
}

// emptyReport is whether an error without a report has no address of one either.
func emptyReport() bool {
	var key keyHandle
	handle := C.execert_key_load(C.execert_str{}, &key)
	defer C.execert_error_free(handle)
	report := C.execert_error_report(handle)
	return handle != nil && report.len == 0 && report.data == nil
}

func abiVersion() uint32 { return uint32(C.execert_abi_version()) }

func (k *Key) askID() ([]byte, error) {
	return answered(func(out *C.execert_bytes) *C.execert_error { return C.execert_key_id(k.handle, out) })
}

func loopInC(times, which int, key *Key, text []byte) {
	C.execert_go_loop(C.int64_t(times), C.int(which), key.handle, lentBytes(text))
}
