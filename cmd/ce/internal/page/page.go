// Package page is the live page of ce listen --ui: the messages that came in last, as they come,
// with search, wire form, violations, and a button that sends a message again.
//
// The page is for one person at this machine. What it shows was written by strangers: the script
// makes text of it, never markup, and the Content-Security-Policy allows nothing but the style and
// the script of the page itself. Pages of other origins can neither read it nor make it send.
package page

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Page is an http.Handler that serves the page. Its fields must not be changed once it serves.
// [New] makes one.
type Page struct {
	// Listening is the address at which events are received.
	Listening string
	// Has reports whether a Host is a name of this machine. Others are refused.
	Has func(host string) bool
	// Explain decodes a message whose body is whole, and returns what there is to show of it.
	Explain func(*Message) Details
	// Send sends a message to another address. The answer is not read yet.
	Send func(ctx context.Context, m *Message, target *url.URL) (*http.Response, error)
	// Sent is told what became of a message that was sent again, for people at the terminal.
	Sent func(number int64, target *url.URL, outcome string)
	// Ending is closed when the process is about to end: streams end too then.
	Ending <-chan struct{}

	store  store
	mux    http.ServeMux
	token  string // proves that a request comes from the page
	run    string // tells this process from the next one at the same address
	sender chan struct{}
}

// New returns a page that shows nothing yet.
func New() *Page {
	p := &Page{token: rand.Text(), run: rand.Text(), sender: make(chan struct{}, maxReplays)}
	p.mux.HandleFunc("GET /{$}", p.serveHTML)
	p.mux.HandleFunc("GET /stream", p.serveStream)
	p.mux.HandleFunc("GET /messages/{number}", p.serveMessage)
	p.mux.HandleFunc("POST /messages/{number}/replay", p.serveReplay)
	return p
}

// Add adds a message. It does not wait for browsers.
func (p *Page) Add(m *Message) { p.store.add(m) }

// ServeHTTP serves the page and what it asks for. It refuses requests that name another host, and
// those that pages of other origins make.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	switch {
	case !p.Has(r.Host):
		http.Error(w, "the Host is no name of this machine", http.StatusMisdirectedRequest)
	case r.URL.Path != "/" && !sameOrigin(r):
		http.Error(w, "only the page itself may ask for this", http.StatusForbidden)
	default:
		p.mux.ServeHTTP(w, r)
	}
}

// sameOrigin reports whether a request comes from the page, or from a program that is no browser.
// Browsers say so themselves: a page cannot set these headers.
func sameOrigin(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return false
	}
	origins := r.Header.Values("Origin")
	return len(origins) == 0 || len(origins) == 1 && origins[0] == "http://"+r.Host
}

// mayReplay reports whether a request was made by the script of the page: it has the token, which
// no page of another origin can read, and a media type that a form cannot have.
func (p *Page) mayReplay(r *http.Request) bool {
	return subtle.ConstantTimeCompare([]byte(r.Header.Get("Ce-Page-Token")), []byte(p.token)) == 1 &&
		r.Header.Get("Content-Type") == "application/json"
}

// message returns the message that a request names. If it is not kept it answers with 404.
func (p *Page) message(w http.ResponseWriter, r *http.Request) *kept {
	number, err := strconv.ParseInt(r.PathValue("number"), 10, 64)
	if err == nil {
		if k := p.store.get(number); k != nil {
			return k
		}
	}
	writeJSON(w, http.StatusNotFound, problem{"The message is no longer kept: newer ones have taken its place."})
	return nil
}

// problem is the body of an answer that is an error.
type problem struct {
	Error string `json:"error"`
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the browser may have gone
}

// summary is what the list shows of a message.
type summary struct {
	Number  int64  `json:"number"`
	Time    string `json:"time"`
	Status  int    `json:"status"`
	Mode    string `json:"mode"`
	Type    string `json:"type,omitempty"`
	Source  string `json:"source,omitempty"`
	ID      string `json:"id,omitempty"`
	Subject string `json:"subject,omitempty"`
	Events  int    `json:"events"`
	Bytes   int    `json:"bytes"` // of the body
	Problem string `json:"problem,omitempty"`
	Note    string `json:"note,omitempty"`
}

func (k *kept) summary() summary {
	return summary{
		Number: k.number, Time: k.At.Format("15:04:05.000"), Status: k.Status, Mode: k.Mode,
		Type: k.Type, Source: k.Source, ID: k.ID, Subject: k.Subject, Events: k.Events, Bytes: k.length,
		Problem: k.Problem, Note: k.Note,
	}
}

// statusText returns the status with its name.
func (k *kept) statusText() string {
	return strings.TrimSpace(strconv.Itoa(k.Status) + " " + http.StatusText(k.Status))
}

// full is what the page shows of a message that a person has chosen.
type full struct {
	summary
	Details
	StatusText string `json:"statusText"`
	From       string `json:"from"`
	Wire       string `json:"wire"`
	WireNote   string `json:"wireNote,omitempty"`
	Answer     string `json:"answer,omitempty"`
	NoReplay   string `json:"noReplay,omitempty"` // why it cannot be sent again
}

// serveMessage answers with a message as JSON.
func (p *Page) serveMessage(w http.ResponseWriter, r *http.Request) {
	k := p.message(w, r)
	if k == nil {
		return
	}
	f := full{summary: k.summary(), StatusText: k.statusText(), From: k.From, Answer: k.Answer, NoReplay: k.noReplay()}
	f.Wire, f.WireNote = k.wire()
	if !k.dropped {
		f.Details = p.Explain(k.Message)
	}
	writeJSON(w, http.StatusOK, f)
}
