// Package answer has what every HTTP answer of this module has in common: how JSON is
// written, and what a status means to senders.
package answer

import (
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents/internal/ascii"
	"github.com/seed763dd41b/cloudevents/internal/status"
)

// JSON answers with v, a struct that marshals without an error, and with Retry-After
// if retryAfter is positive.
func JSON(w http.ResponseWriter, status int, retryAfter time.Duration, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		status, body = http.StatusInternalServerError, nil
	}
	Write(w, status, retryAfter, [...][]byte{body, nil, nil})
}

// Write is JSON for a document that is there already, in parts.
func Write(w http.ResponseWriter, status int, retryAfter time.Duration, parts [3][]byte) {
	Describe(w.Header(), retryAfter, len(parts[0])+len(parts[1])+len(parts[2]))
	w.WriteHeader(status)
	for _, b := range parts {
		if len(b) > 0 {
			_, _ = w.Write(b) // the client may be gone
		}
	}
}

// Describe sets the header of an answer whose body is JSON of that length.
func Describe(h http.Header, retryAfter time.Duration, length int) {
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(length))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	if retryAfter > 0 {
		h.Set("Retry-After", strconv.FormatInt(Seconds(retryAfter), 10))
	}
}

// Early is called before an answer to r that is written although the body was not read to
// its end. Over HTTP/1 the answer then closes the connection; otherwise net/http holds it
// back until the body has come, for which a client may take its time. A request without a
// body keeps its connection.
func Early(w http.ResponseWriter, r *http.Request) {
	if r.ProtoMajor == 1 && r.Body != nil && r.Body != http.NoBody {
		w.Header().Set("Connection", "close")
	}
}

// IsError reports whether s is 4xx or 5xx.
func IsError(s int) bool { return status.IsError(s) }

// Repeated reports whether senders send a message again after status s.
func Repeated(s int) bool { return status.Repeated(s) }

// Text is the text of a status, for people.
func Text(status int) string {
	if text := http.StatusText(status); text != "" {
		return text
	}
	return "status " + strconv.Itoa(status)
}

// Type makes an error type, for programs, of a status: "too_many_requests".
func Type(status int) string {
	text := http.StatusText(status)
	if text == "" {
		return "error"
	}
	b := make([]byte, 0, 64)
	for i := range len(text) {
		switch c := text[i]; c {
		case ' ', '-':
			b = append(b, '_')
		case '\'': // of 418
		default:
			b = append(b, ascii.Lower(c))
		}
	}
	return string(b)
}

// DefaultRetryAfter is said with 429 and 503, which want a Retry-After.
const DefaultRetryAfter = time.Second

// RetryAfter returns what an answer says in Retry-After, or 0 for nothing.
func RetryAfter(status int, after time.Duration) time.Duration {
	if after <= 0 && (status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable) {
		return DefaultRetryAfter
	}
	return max(after, 0)
}

// Seconds rounds up to whole seconds.
func Seconds(d time.Duration) int64 {
	s := int64(d / time.Second)
	if d%time.Second > 0 {
		s++
	}
	return s
}

// AskedToWait returns what an answer with that header says in Retry-After; 0 is
// nothing. A date is compared with that of the answer, if it has one: clocks differ.
func AskedToWait(h http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(h.Get("Retry-After"))
	if text == "" {
		return 0
	}
	if strings.Trim(text, "0123456789") == "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			n = math.MaxInt64
		}
		return WholeSeconds(n)
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return max(at.Sub(now), 0)
}

// WholeSeconds returns n seconds, or the nearest time.Duration that is not negative.
func WholeSeconds(n int64) time.Duration {
	n = min(max(n, 0), int64(math.MaxInt64/time.Second))
	return time.Duration(n) * time.Second
}
