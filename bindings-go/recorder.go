package execert

// #include <execert.h>
import "C"

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"time"
)

// Record is one record of the ledger.
type Record struct {
	// Seq is its place in the chain.
	Seq int64 `json:"seq"`
	// Digest is what identifies it: sha256: and 64 hex digits.
	Digest string `json:"digest"`
	// ID is a label only.
	ID string `json:"id"`
}

// Head is the last record of a ledger.
type Head struct {
	Chain  string `json:"chain"`
	Seq    int64  `json:"seq"`
	Digest string `json:"digest"`
	Epoch  int64  `json:"epoch"`
}

// Recorder writes one ledger: a folder, or "memory:". Any number of goroutines may use it, and other processes may
// open the same folder.
type Recorder struct {
	handle recorderHandle
	life   *life
	once   sync.Once
	closed error
	about  aboutLedger
}

// What was fixed when a ledger was made.
type aboutLedger struct {
	Gate   Gate   `json:"gate"`
	Origin string `json:"origin"`
	Tenant string `json:"tenant"`
}

// Open opens the ledger, and makes it if there is none.
func Open(path string, options Options) (*Recorder, error) {
	asked, err := options.document()
	if err != nil {
		return nil, err
	}
	var handle recorderHandle
	err = done(func() *C.execert_error {
		if options.Key == nil {
			return C.execert_recorder_open(lent(path), lentBytes(asked), nil, &handle)
		}
		return C.execert_recorder_open(lent(path), lentBytes(asked), options.Key.handle, &handle)
	})
	runtime.KeepAlive(options.Key)
	if err != nil {
		return nil, err
	}
	r := &Recorder{handle: handle}
	r.life = born(r, "recorder", path, r.handle, func(handle recorderHandle) { C.execert_recorder_free(handle) })
	text, err := r.ask(context.Background(), func(out *C.execert_bytes) *C.execert_error {
		return C.execert_recorder_about(r.handle, out)
	})
	if r.about, err = read[aboutLedger](text, err); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// Close closes the ledger; runs that are still open end as incomplete. Only the first call does something.
func (r *Recorder) Close() error {
	r.once.Do(func() {
		r.closed = done(func() *C.execert_error { return C.execert_recorder_close(r.handle) })
		r.life.end()
	})
	return r.closed
}

// Tenant is whose ledger it is: a pseudonym.
func (r *Recorder) Tenant() string { return r.about.Tenant }

// Origin is the name of the ledger's log.
func (r *Recorder) Origin() string { return r.about.Origin }

// Gate is what happens when something cannot be recorded.
func (r *Recorder) Gate() Gate { return r.about.Gate }

// String names the ledger.
func (r *Recorder) String() string { return "Recorder(" + r.about.Origin + ")" }

func (r *Recorder) ask(ctx context.Context, call func(*C.execert_bytes) *C.execert_error) ([]byte, error) {
	defer runtime.KeepAlive(r)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return answered(call)
}

// Head is the last record.
func (r *Recorder) Head(ctx context.Context) (Head, error) {
	return read[Head](r.ask(ctx, func(out *C.execert_bytes) *C.execert_error {
		return C.execert_recorder_head(r.handle, out)
	}))
}

// Note writes what is one record of the ledger and belongs to no run. Members are those of the kind, and content:
// input, output, text.
func (r *Recorder) Note(ctx context.Context, event string, members map[string]any) (Record, error) {
	asked, err := noteOf(event, members)
	if err != nil {
		return Record{}, err
	}
	return recorded(r.ask(ctx, func(out *C.execert_bytes) *C.execert_error {
		return C.execert_recorder_note(r.handle, lentBytes(asked), out)
	}))
}

func noteOf(event string, members map[string]any) ([]byte, error) {
	asked := document{}
	if _, said := members["kind"]; !said {
		asked.text("kind", "note")
	}
	asked.text("event", event)
	for name, member := range members {
		asked.value(name, member)
	}
	return asked.take()
}

// recorded takes the record out of an answer.
func recorded(text []byte, err error) (Record, error) {
	answer, err := read[struct {
		Record Record `json:"record"`
	}](text, err)
	return answer.Record, err
}

// Approval is the answer to a request for approval.
type Approval struct {
	// Verdict is approved, refused or delegated; approved by default.
	Verdict string
	// Expires ends it, within 24 hours; by default after one.
	Expires time.Time
	Role    string
	Text    string
	// Delegation says to whom: to (key id), tools, tier, depth.
	Delegation map[string]any
}

// Approve answers a request for approval with the approver's own key, from any process. The digest is that of
// [Error.Request] or [Recorder.Requests]. An approval is used once.
func (r *Recorder) Approve(ctx context.Context, request string, key *Key, approval Approval) (Record, error) {
	asked := document{}
	asked.text("approve", request)
	if approval.Verdict == "" {
		approval.Verdict = "approved"
	}
	asked.text("verdict", approval.Verdict)
	asked.moment("expires_at", approval.Expires)
	asked.text("role", approval.Role)
	asked.text("text", approval.Text)
	for name, member := range approval.Delegation {
		asked.value(name, member)
	}
	text, err := asked.take()
	if err != nil {
		return Record{}, err
	}
	if key == nil {
		return Record{}, misuse("an approval is signed, and there is no key", "/key", "give the approver's key")
	}
	defer runtime.KeepAlive(key)
	return recorded(r.ask(ctx, func(out *C.execert_bytes) *C.execert_error {
		return C.execert_recorder_approve(r.handle, lentBytes(text), key.handle, out)
	}))
}

// RunQuery selects runs; what is left out does not select.
type RunQuery struct {
	ID     string
	Name   string
	Thread string
	// State is open or closed.
	State string
}

// RunEntry is a run in the ledger's index.
type RunEntry struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Thread string `json:"thread"`
	// State is open or closed.
	State string `json:"state"`
	// Status is how it ended: ok, failed, cancelled, unknown or incomplete.
	Status Status `json:"status"`
	// First is the sequence number of its first record.
	First int64 `json:"first"`
	// Last is that of its last record, once it is closed.
	Last *int64 `json:"last"`
}

// Runs iterates over the runs of the ledger, by its index. An error ends the iteration, with a zero entry.
func (r *Recorder) Runs(ctx context.Context, query RunQuery) iter.Seq2[RunEntry, error] {
	asked := document{}
	asked.text("id", query.ID)
	asked.text("name", query.Name)
	asked.text("thread", query.Thread)
	asked.text("state", query.State)
	return find[RunEntry](ctx, r, "runs", &asked)
}

// RequestQuery selects requests for approval; what is left out does not select.
type RequestQuery struct {
	// State is waiting, approved, refused and others.
	State  string
	Thread string
	CallID string
	Digest string
}

// Request is a request for approval, and what is to be approved.
type Request struct {
	// Digest is what [Recorder.Approve] and [StepOptions.Approval] take.
	Digest  string `json:"digest"`
	Seq     int64  `json:"seq"`
	Tool    string `json:"tool"`
	Thread  string `json:"thread"`
	CallID  string `json:"call_id"`
	Expires string `json:"expires"`
	State   string `json:"state"`
	// Input is the arguments exactly as recorded: what an approver has to look at.
	Input json.RawMessage `json:"input"`
}

// Requests iterates over requests for approval, waiting or answered. An error ends the iteration, with a zero request.
func (r *Recorder) Requests(ctx context.Context, query RequestQuery) iter.Seq2[Request, error] {
	asked := document{}
	asked.text("state", query.State)
	asked.text("thread", query.Thread)
	asked.text("call_id", query.CallID)
	asked.text("digest", query.Digest)
	return find[Request](ctx, r, "requests", &asked)
}

func find[T any](ctx context.Context, r *Recorder, what string, asked *document) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		query := document{wrong: asked.wrong}
		query.json(what, asked.done())
		text, err := query.take()
		if err == nil {
			text, err = r.ask(ctx, func(out *C.execert_bytes) *C.execert_error {
				return C.execert_recorder_find(r.handle, lentBytes(text), out)
			})
		}
		found, err := read[map[string][]T](text, err)
		if err != nil {
			var none T
			yield(none, err)
			return
		}
		for _, one := range found[what] {
			if !yield(one, nil) {
				return
			}
		}
	}
}

// Selection is what goes into a bundle: runs by id or name, a thread, or the chain. Exactly one of the three is given.
type Selection struct {
	Runs   []string
	Thread string
	Chain  bool
	// First and Last are numbers of records, with Chain.
	First, Last *int64
	// NoIndex: smaller, and a later change is noticed but not located.
	NoIndex bool
}

func (s Selection) document() ([]byte, error) {
	given := 0
	for _, is := range []bool{len(s.Runs) > 0, s.Thread != "", s.Chain} {
		if is {
			given++
		}
	}
	if given != 1 {
		return nil, misuse("what to export is not clear", "", "give exactly one of Runs, Thread, Chain")
	}
	asked := document{}
	if len(s.Runs) == 1 {
		asked.text("run", s.Runs[0])
	} else {
		asked.texts("run", s.Runs)
	}
	asked.text("thread", s.Thread)
	asked.flag("chain", s.Chain)
	if s.First != nil {
		asked.value("first", *s.First)
	}
	if s.Last != nil {
		asked.value("last", *s.Last)
	}
	if s.NoIndex {
		asked.json("index", []byte("false"))
	}
	return asked.take()
}

// Saved is a bundle that was written.
type Saved struct {
	Records int64 `json:"records"`
	Bytes   int64 `json:"bytes"`
	// Bundle is the digest of its manifest.
	Bundle string `json:"bundle"`
}

// Export writes a bundle to a file, whole or not at all; memory does not grow with it.
func (r *Recorder) Export(ctx context.Context, path string, what Selection) (Saved, error) {
	asked, err := what.document()
	if err != nil {
		return Saved{}, err
	}
	return read[Saved](r.ask(ctx, func(out *C.execert_bytes) *C.execert_error {
		return C.execert_recorder_export(r.handle, lentBytes(asked), lent(path), out)
	}))
}

// Bundle is the bytes of a bundle.
func (r *Recorder) Bundle(ctx context.Context, what Selection) ([]byte, error) {
	asked, err := what.document()
	if err != nil {
		return nil, err
	}
	return r.ask(ctx, func(out *C.execert_bytes) *C.execert_error {
		return C.execert_recorder_bundle(r.handle, lentBytes(asked), out)
	})
}

// Erase deletes the content of records for good, and records that it was done, why, and by whose authority.
func (r *Recorder) Erase(ctx context.Context, records []int64, reason, authority string) (Record, error) {
	asked := document{}
	sorted := slices.Sorted(slices.Values(records))
	asked.value("records", slices.Compact(sorted))
	asked.text("reason", reason)
	asked.text("authority", authority)
	text, err := asked.take()
	if err != nil {
		return Record{}, err
	}
	return recorded(r.ask(ctx, func(out *C.execert_bytes) *C.execert_error {
		return C.execert_recorder_erase(r.handle, lentBytes(text), out)
	}))
}

// Seal ends the chain for good: open runs end as incomplete, and nothing can be appended after it.
func (r *Recorder) Seal(ctx context.Context) (Head, error) {
	return read[Head](r.ask(ctx, func(out *C.execert_bytes) *C.execert_error {
		return C.execert_recorder_seal(r.handle, out)
	}))
}

// Heartbeat ends an epoch: a checkpoint of the tree so far, and the next key of the internal tags.
func (r *Recorder) Heartbeat(ctx context.Context) (Head, error) {
	return read[Head](r.ask(ctx, func(out *C.execert_bytes) *C.execert_error {
		return C.execert_recorder_heartbeat(r.handle, out)
	}))
}

// Feed takes one event of a framework and answers where it went, as JSON; for integrations.
func (r *Recorder) Feed(ctx context.Context, event any) ([]byte, error) {
	text, err := plainJSON(event, "")
	if err != nil {
		return nil, err
	}
	return r.ask(ctx, func(out *C.execert_bytes) *C.execert_error {
		return C.execert_recorder_feed(r.handle, lentBytes(text), out)
	})
}

// life is whether a thing was ended by its owner. What is forgotten instead is told of: the ledger says so, too.
type life struct {
	mu    sync.Mutex
	ended bool
	what  string
	name  string
}

func (l *life) end() {
	if l == nil {
		return
	}
	l.mu.Lock()
	l.ended = true
	l.mu.Unlock()
}

// born frees the handle of a thing that nobody holds any more, which is no way to end it.
func born[T, H any](thing *T, what, name string, handle H, free func(H)) *life {
	l := &life{what: what, name: name}
	runtime.AddCleanup(thing, func(handle H) {
		l.mu.Lock()
		ended := l.ended
		l.mu.Unlock()
		if ended {
			free(handle)
			return
		}
		slog.Warn("execert: a "+l.what+" was forgotten without being closed; the ledger will say so", l.what, l.name)
		// Freeing it may write.
		go free(handle)
	}, handle)
	return l
}
