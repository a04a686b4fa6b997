package page

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
)

const (
	maxReplays    = 4                // under way at the same time
	replayTimeout = 30 * time.Second // of one
	maxOrder      = 16 << 10         // of the request for one, in bytes
	maxReply      = 64 << 10         // of the body of the answer that is read, in bytes
)

// order is the body of a request to send a message again.
type order struct {
	URL string `json:"url"` // as the person typed it
}

// reply is what came of a message that was sent again.
type reply struct {
	Status int    `json:"status"`
	Text   string `json:"text"` // the status with its name, and the time it took
	Wire   string `json:"wire"` // header and body of the answer, for people
}

// noReplay returns why a message cannot be sent again, or "".
func (k *kept) noReplay() string {
	switch {
	case k.dropped:
		return "its body is not kept"
	case k.Cut:
		return "its body was not read to its end"
	case k.Method != http.MethodPost && k.Method != http.MethodPut:
		return "its method is " + k.Method
	}
	return ""
}

// serveReplay sends a message again, to the URL in the body.
func (p *Page) serveReplay(w http.ResponseWriter, r *http.Request) {
	if !p.mayReplay(r) {
		writeJSON(w, http.StatusForbidden, problem{"Only the page itself may send messages. If it was open before ce listen was started, load it again."})
		return
	}
	k := p.message(w, r)
	if k == nil {
		return
	}
	if why := k.noReplay(); why != "" {
		writeJSON(w, http.StatusConflict, problem{"The message cannot be sent again: " + why + "."})
		return
	}
	var o order
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxOrder)).Decode(&o); err != nil {
		writeJSON(w, http.StatusBadRequest, problem{"The request is not understood."})
		return
	}
	target, err := stream.ParseTarget(strings.TrimSpace(o.URL))
	if err != nil {
		writeJSON(w, http.StatusBadRequest, problem{err.Error()})
		return
	}
	select {
	case p.sender <- struct{}{}:
		defer func() { <-p.sender }()
	default:
		writeJSON(w, http.StatusTooManyRequests, problem{"Other messages are being sent. Try again when they are."})
		return
	}
	got, err := p.replay(r.Context(), k, target)
	if err != nil {
		p.Sent(k.number, target, "no answer: "+err.Error())
		writeJSON(w, http.StatusBadGateway, problem{"No answer: " + cli.ErrorLine(err)})
		return
	}
	p.Sent(k.number, target, got.Text)
	writeJSON(w, http.StatusOK, got)
}

// replay sends a message and reads the answer.
func (p *Page) replay(ctx context.Context, k *kept, target *url.URL) (*reply, error) {
	ctx, cancel := context.WithTimeout(ctx, replayTimeout)
	defer cancel()
	begin := time.Now()
	response, err := p.Send(ctx, k.Message, target)
	if err != nil {
		if u := new(url.Error); errors.As(err, &u) {
			err = u.Err // the URL may have a password or a token
		}
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxReply+1))
	took := time.Since(begin)
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", response.Proto, response.Status)
	for _, key := range slices.Sorted(maps.Keys(response.Header)) {
		for _, value := range response.Header[key] {
			fmt.Fprintf(&b, "%s: %s\n", key, value)
		}
	}
	text, _ := stream.DataText(body, response.Header.Get("Content-Type"), maxReply)
	b.WriteString("\n" + text)
	switch {
	case err != nil:
		b.WriteString("\n(the answer ends here: " + err.Error() + ")")
	case len(body) > maxReply:
		fmt.Fprintf(&b, "\n(the answer goes on; these are the first %d bytes)", maxReply)
	}
	return &reply{Status: response.StatusCode, Text: response.Status + " in " + took.Round(10*time.Microsecond).String(), Wire: cli.VisibleLines(b.String())}, nil
}
