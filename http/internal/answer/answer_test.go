package answer_test

import (
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/seed763dd41b/cloudevents/http/internal/answer"
)

// Both ways to write JSON say its length, and Retry-After only if there is a time.
func TestWrite(t *testing.T) {
	for after, header := range map[time.Duration]string{0: "", -time.Second: "", 1: "1", time.Second: "1", 1500 * time.Millisecond: "2"} {
		for name, write := range map[string]func(http.ResponseWriter){
			"JSON":  func(w http.ResponseWriter) { answer.JSON(w, 503, after, struct{ A []int }{[]int{1, 2}}) },
			"parts": func(w http.ResponseWriter) { answer.Write(w, 503, after, []byte(`{"A":[1`), nil, []byte(`,2]}`)) },
		} {
			w := httptest.NewRecorder()
			write(w)
			h := w.Result().Header
			if w.Code != 503 || w.Body.String() != `{"A":[1,2]}` || h.Get("Content-Length") != "11" || h.Get("Content-Type") != "application/json" ||
				h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %d %v %s", name, w.Code, h, w.Body)
			}
			if got := strings.Join(h["Retry-After"], ","); got != header {
				t.Errorf("%s, %v: Retry-After %q, want %q", name, after, got, header)
			}
		}
	}
}

// An early answer closes a connection of HTTP/1 that may have a body, and no other.
func TestEarly(t *testing.T) {
	some := http.MaxBytesReader(nil, http.NoBody, 1)
	for _, c := range []struct {
		request http.Request
		closes  bool
	}{
		{http.Request{ProtoMajor: 1, Body: some}, true},
		{http.Request{ProtoMajor: 1, Body: http.NoBody}, false},
		{http.Request{ProtoMajor: 1}, false},
		{http.Request{ProtoMajor: 2, Body: some}, false},
	} {
		w := httptest.NewRecorder()
		answer.Early(w, &c.request)
		if closes := w.Header().Get("Connection") == "close"; closes != c.closes {
			t.Errorf("HTTP/%d, body %v: %t", c.request.ProtoMajor, c.request.Body, closes)
		}
	}
}

func TestStatus(t *testing.T) {
	for status, want := range map[int][2]string{
		400: {"Bad Request", "bad_request"}, 418: {"I'm a teapot", "im_a_teapot"}, 203: {"Non-Authoritative Information", "non_authoritative_information"},
		599: {"status 599", "error"}, 0: {"status 0", "error"},
	} {
		if got := [2]string{answer.Text(status), answer.Type(status)}; got != want {
			t.Errorf("%d: %q, want %q", status, got, want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	for _, c := range []struct {
		status      int
		after, want time.Duration
	}{
		{429, 0, time.Second}, {503, 0, time.Second}, {503, -1, time.Second}, {429, 1, 1}, {500, 0, 0}, {500, -1, 0}, {500, 1, 1}, {504, 0, 0},
	} {
		if got := answer.RetryAfter(c.status, c.after); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestAskedToWait(t *testing.T) {
	const longest = math.MaxInt64 / time.Second * time.Second
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	later := now.Add(time.Minute).Format(http.TimeFormat)
	for _, c := range []struct {
		after, date string
		want        time.Duration
	}{
		{"", "", 0}, {"0", "", 0}, {"7", "", 7 * time.Second}, {" 7 ", "", 7 * time.Second}, {"-7", "", 0}, {"7.5", "", 0}, {"soon", "", 0},
		{"9223372036", "", longest}, {"9223372037", "", longest}, {"99999999999999999999", "", longest},
		{later, "", time.Minute}, {now.Format(http.TimeFormat), "", 0}, {now.Add(-time.Minute).Format(http.TimeFormat), "", 0},
		{later, now.Add(59 * time.Second).Format(http.TimeFormat), time.Second}, {later, later, 0}, {later, "today", time.Minute},
		{"7", later, 7 * time.Second},
	} {
		h := http.Header{}
		h.Set("Retry-After", c.after)
		h.Set("Date", c.date)
		if got := answer.AskedToWait(h, now); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
	if got := answer.WholeSeconds(-1); got != 0 {
		t.Errorf("-1 seconds: %v", got)
	}
}
