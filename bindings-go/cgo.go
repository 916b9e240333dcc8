package execert

/*
#cgo pkg-config: execert
#cgo noescape execert_abi_version
#cgo nocallback execert_abi_version
#cgo noescape execert_set_language
#cgo nocallback execert_set_language
#cgo noescape execert_bytes_free
#cgo nocallback execert_bytes_free
#cgo noescape execert_go_tell
#cgo nocallback execert_go_tell
#include <execert.h>

#if EXECERT_ABI_VERSION != 0
#error "this module is written for interface 0 of the C library of execert; install the library of the module's version"
#endif

// All that an error says, by one call.
typedef struct {
  const char *code, *kind, *message, *path, *hint, *request;
  execert_str report;
  int32_t exit;
} execert_go_told;

static void execert_go_tell(const execert_error *error, execert_go_told *told) {
  told->code = execert_error_code(error);
  told->kind = execert_error_kind(error);
  told->message = execert_error_message(error);
  told->path = execert_error_path(error);
  told->hint = execert_error_hint(error);
  told->request = execert_error_request(error);
  told->report = execert_error_report(error);
  // Go refuses to keep an address on its stacks that is none.
  if (told->report.len == 0) told->report.data = NULL;
  told->exit = execert_error_exit(error);
}
*/
import "C"

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"unsafe"
)

// Handles of the library. They are numbers that C holds as pointers: looked up there, never followed.
type (
	keyHandle      = *C.execert_key
	recorderHandle = *C.execert_recorder
	runHandle      = *C.execert_run
	stepHandle     = *C.execert_step
)

// Why the library cannot be used, if it cannot: then every function answers this.
var unusable error

func init() {
	unusable = prepare()
}

// An error and not a panic: a program that never records is not to fail because a library is another one.
func prepare() error {
	if err := interfaceError(uint32(C.execert_abi_version()), C.EXECERT_ABI_VERSION); err != nil {
		return err
	}
	version := strings.TrimPrefix(runtime.Version(), "go")
	return failed(C.execert_set_language(lent("go"), lent(version)))
}

func interfaceError(has, wants uint32) error {
	if has == wants {
		return nil
	}
	return misuse(fmt.Sprintf("the C library of execert has interface %d, and this program was built for %d", has,
		wants), "",
		"install the library of the module's version, and build again")
}

// Version is the version of the core that the program is linked with.
func Version() string {
	return C.GoString(C.execert_version())
}

// lent borrows a text for one call, without a copy; the argument keeps it alive and C keeps nothing of it.
func lent(text string) C.execert_str {
	if text == "" {
		return C.execert_str{}
	}
	return C.execert_str{data: (*C.char)(unsafe.Pointer(unsafe.StringData(text))), len: C.size_t(len(text))}
}

// lentBytes is lent for bytes.
func lentBytes(text []byte) C.execert_str {
	if len(text) == 0 {
		return C.execert_str{}
	}
	return C.execert_str{data: (*C.char)(unsafe.Pointer(unsafe.SliceData(text))), len: C.size_t(len(text))}
}

// done is what a function without an answer says.
func done(call func() *C.execert_error) error {
	if unusable != nil {
		return unusable
	}
	return failed(call())
}

// answered takes the bytes that a function answers with, even beside an error.
func answered(call func(*C.execert_bytes) *C.execert_error) ([]byte, error) {
	if unusable != nil {
		return nil, unusable
	}
	var out C.execert_bytes
	err := failed(call(&out))
	if out.data == nil {
		return nil, err
	}
	taken := bytes.Clone(unsafe.Slice((*byte)(out.data), int(out.len)))
	C.execert_bytes_free(&out)
	return taken, err
}

// failed takes an error out of its handle.
func failed(handle *C.execert_error) error {
	if handle == nil {
		return nil
	}
	var told C.execert_go_told
	C.execert_go_tell(handle, &told)
	err := &Error{
		Code:    Code(C.GoString(told.code)),
		Kind:    Kind(C.GoString(told.kind)),
		Message: C.GoString(told.message),
		Path:    C.GoString(told.path),
		Hint:    C.GoString(told.hint),
		Request: C.GoString(told.request),
		Exit:    int(told.exit),
	}
	if told.report.len > 0 {
		report := bytes.Clone(unsafe.Slice((*byte)(unsafe.Pointer(told.report.data)), int(told.report.len)))
		err.take(report)
	}
	C.execert_error_free(handle)
	return err
}
