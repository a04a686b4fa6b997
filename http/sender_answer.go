package cehttp

import (
	"io"
	"math"
	"net/http"
	"strconv"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/http/internal/body"
	"github.com/seed763dd41b/cloudevents/http/internal/jsonstream"
	"github.com/seed763dd41b/cloudevents/internal/limit"
)

// said is what the JSON body of a response says. Its size is bounded by what was asked, and
// not by the body: a Problem has at most 32 violations, there are no more results than
// events, and each text has at most 1 KiB.
type said struct {
	problem   *Problem
	retryable *bool

	// results has the result of each event, nil for an event without one. It is nil if there
	// are no results.
	results []*eventResult
}

// eventResult is a [Result] whose reply is still JSON, so that an invalid one does not spoil
// the other results.
type eventResult struct {
	Result
	reply []byte
}

// readSaid reads a JSON document about so many events. It is empty if the document is
// malformed, or is not an object.
func readSaid(r io.Reader, events int) said {
	x := saidReader{json: jsonstream.New(r), events: events}
	if x.json.Kind() != '{' {
		return said{}
	}
	x.json.Object(x.member)
	if x.json.End() != nil {
		return said{}
	}
	out := said{retryable: x.retryable, results: x.results}
	if x.retryable == nil && x.problem.Type == "" || x.wrong {
		return out
	}
	if x.retryable != nil {
		x.problem.Retryable = *x.retryable
	}
	out.problem = &x.problem
	return out
}

// members is a set of members of an object. If one is there twice, the first counts.
type members uint16

const (
	memberMessage members = 1 << iota
	memberType
	memberRetryable
	memberAttribute
	memberSection
	memberOffset
	memberIndex
	memberList
	memberStatus
	memberRetryAfter
	memberID
)

// add reports whether m is new.
func (s *members) add(m members) bool {
	isNew := *s&m == 0
	*s |= m
	return isNew
}

// saidReader reads a document. wrong says that a member has another type than in a Problem,
// which is then not one.
type saidReader struct {
	json      *jsonstream.Reader
	events    int
	seen      members
	wrong     bool
	problem   Problem
	retryable *bool
	results   []*eventResult
	elements  int // of results
}

func (x *saidReader) member(name []byte) {
	switch string(name) {
	case "error":
		x.text(&x.seen, memberMessage, &x.problem.Message)
	case "error_type":
		x.text(&x.seen, memberType, &x.problem.Type)
	case "attribute":
		x.text(&x.seen, memberAttribute, &x.problem.Attribute)
	case "section":
		x.text(&x.seen, memberSection, &x.problem.Section)
	case "retryable":
		x.bool(&x.seen, &x.retryable)
	case "offset":
		x.int(&x.seen, memberOffset, &x.problem.Offset)
	case "index":
		x.int(&x.seen, memberIndex, &x.problem.Index)
	case "violations":
		if x.isNull() || !x.seen.add(memberList) {
			x.json.Skip()
		} else if !x.json.Array(x.violation) {
			x.wrong = true
		}
	case "results":
		if x.elements > 0 || x.events == 0 {
			x.json.Skip()
		} else {
			x.json.Array(x.result)
		}
	default:
		x.json.Skip()
	}
}

func (x *saidReader) isNull() bool { return x.json.Kind() == 'n' }

func (x *saidReader) text(seen *members, m members, to *string) {
	if x.isNull() || !seen.add(m) {
		x.json.Skip()
		return
	}
	text, ok := x.json.Text(maxProblemText)
	if *to = text; !ok {
		x.wrong = true
	}
}

func (x *saidReader) bool(seen *members, to **bool) {
	if x.isNull() || !seen.add(memberRetryable) {
		x.json.Skip()
		return
	}
	switch raw := string(x.json.Raw(len("false"))); raw {
	case "true", "false":
		yes := raw == "true"
		*to = &yes
	default:
		x.wrong = true
	}
}

// maxInt is the length of the longest integer.
const maxInt = len("-9223372036854775808")

func (x *saidReader) int(seen *members, m members, to **int) {
	if x.isNull() || !seen.add(m) {
		x.json.Skip()
		return
	}
	if n, err := strconv.Atoi(string(x.json.Raw(maxInt))); err == nil {
		*to = &n
	} else {
		x.wrong = true
	}
}

func (x *saidReader) violation() {
	if len(x.problem.Violations) == maxViolations {
		x.json.Skip()
		return
	}
	var v Violation
	var seen members
	isObject := x.isNull() || x.json.Kind() == '{'
	x.json.Object(func(name []byte) {
		switch string(name) {
		case "error":
			x.text(&seen, memberMessage, &v.Message)
		case "attribute":
			x.text(&seen, memberAttribute, &v.Attribute)
		case "section":
			x.text(&seen, memberSection, &v.Section)
		case "offset":
			x.int(&seen, memberOffset, &v.Offset)
		default:
			x.json.Skip()
		}
	})
	if !isObject {
		x.wrong = true
	}
	x.problem.Violations = append(x.problem.Violations, v)
}

// result reads an element of the results. A member of another type counts as absent. So does
// an index that is not the number of an event.
func (x *saidReader) result() {
	if x.elements++; x.elements > x.events {
		x.json.Skip()
		return
	}
	wrong := x.wrong
	r := &eventResult{Result: Result{Index: -1}}
	var seen members
	var retryable *bool
	var index, status, retryAfter *int
	x.json.Object(func(name []byte) {
		switch string(name) {
		case "index":
			x.int(&seen, memberIndex, &index)
		case "status":
			x.int(&seen, memberStatus, &status)
		case "retryable":
			x.bool(&seen, &retryable)
		case "error":
			x.text(&seen, memberMessage, &r.Message)
		case "error_type":
			x.text(&seen, memberType, &r.Type)
		case "attribute":
			x.text(&seen, memberAttribute, &r.Attribute)
		case "section":
			x.text(&seen, memberSection, &r.Section)
		case "retry_after":
			x.int(&seen, memberRetryAfter, &retryAfter)
		case "id":
			x.text(&seen, memberID, &r.ID)
		case "reply":
			if x.isNull() || !seen.add(memberList) {
				x.json.Skip()
			} else {
				r.reply = x.json.Raw(math.MaxInt) // MaxResponseBytes limits it
			}
		default:
			x.json.Skip()
		}
	})
	x.wrong = wrong
	if index == nil || *index < 0 || *index >= x.events {
		return
	}
	r.Index, r.Retryable = *index, retryable != nil && *retryable
	if status != nil {
		r.Status = *status
	}
	if retryAfter != nil {
		r.RetryAfter = int64(*retryAfter)
	}
	if x.results == nil {
		x.results = make([]*eventResult, x.events)
	}
	if x.results[r.Index] == nil {
		x.results[r.Index] = r
	}
}

// readResults reads the JSON body of a response to a batch.
func (d *delivery) readResults(response *http.Response, a *attempt, u *upload, cancel func()) {
	most := limit.Of(d.sender.MaxResponseBytes, DefaultMaxBytes)
	isOK := a.status/100 == 2
	if isOK && response.ContentLength > most {
		a.err = &http.MaxBytesError{Limit: most}
		return
	}
	r := &answerBody{r: http.MaxBytesReader(nil, response.Body, most)}
	a.said = readSaid(r, d.out.events)
	stop := u.thenAfter(drainedTime, cancel)
	_, _ = io.Copy(io.Discard, io.LimitReader(r, drainedBytes)) // of a malformed document
	stop()
	a.body = r.first
	if isOK { // else the status says enough
		a.err = r.err
	}
}

// answerBody is a body that keeps its beginning, and how it ended.
type answerBody struct {
	r     io.Reader
	first []byte
	err   error
}

func (b *answerBody) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if room := drainedBytes - len(b.first); room > 0 {
		b.first = append(b.first, p[:min(n, room)]...)
	}
	switch err.(type) {
	case nil, *http.MaxBytesError:
		b.err = err
	default:
		if err != io.EOF {
			b.err = body.Failed(err)
		}
	}
	return n, err
}

// decodeReply decodes the reply in a result, whose bytes belong to it then.
func (r *eventResult) decodeReply() (*cloudevents.Event, error) {
	d := cloudevents.JSONDecoder{InPlace: true}
	e, err := d.Decode(r.reply)
	r.reply = nil
	if err != nil {
		return nil, err
	}
	return &e, nil
}
