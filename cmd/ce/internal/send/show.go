package send

import (
	"bufio"
	"errors"
	"io"
	"maps"
	"net/http"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
	cehttp "github.com/seed763dd41b/cloudevents/http"
	"github.com/seed763dd41b/cloudevents/internal/curl"
)

// show prints the messages that would be sent, or curl commands that send them.
func (s *sending) show(next source) error {
	u, err := stream.ParseTarget(s.target)
	if err != nil {
		return err
	}
	to := *u // with the Host to show
	if s.host != "" {
		to.Host = s.host
	}
	w := bufio.NewWriter(s.process.Display())
	more := s.batches(next)
	for {
		es, err := more()
		if err != nil {
			if flushed := w.Flush(); flushed != nil || errors.Is(err, io.EOF) {
				return flushed
			}
			return err
		}
		h := maps.Clone(s.header)
		body, err := s.encode(h, es)
		if err != nil {
			return err
		}
		if s.print {
			err = stream.WriteRequest(w, &to, h, body)
		} else {
			if s.host != "" {
				h["Host"] = []string{s.host}
			}
			command := curl.Command{URL: s.target, Header: h, Body: body}
			_, err = w.Write(append(command.Append(nil), '\n'))
		}
		if err == nil && s.print && s.process.Terminal(s.process.Out) {
			_, err = w.WriteString("\n\n") // the next one in a line of its own
		}
		if err != nil {
			return err
		}
	}
}

func (s *sending) encode(h http.Header, es []cloudevents.Event) ([]byte, error) {
	if s.mode == cloudevents.BatchMode {
		return cehttp.EncodeMessageBatch(h, es, s.formats)
	}
	return cehttp.EncodeMessage(h, &es[0], s.mode, s.formats)
}
