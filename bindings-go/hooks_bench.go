//go:build execert_testing || execert_bench

package execert

/*
#include <execert.h>

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

func abiVersion() uint32 { return uint32(C.execert_abi_version()) }

func (k *Key) askID() ([]byte, error) {
	return answered(func(out *C.execert_bytes) *C.execert_error { return C.execert_key_id(k.handle, out) })
}

func loopInC(times, which int, key *Key, text []byte) {
	C.execert_go_loop(C.int64_t(times), C.int(which), key.handle, lentBytes(text))
}
