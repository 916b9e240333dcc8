//go:build execert_testing

package execert

/*
#include <execert.h>
extern void execert_test_arm(void);
extern void execert_test_repeat(uint64_t seed);
extern execert_error *execert_test_record_line(execert_str line);
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
