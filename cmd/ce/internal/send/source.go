package send

import (
	"context"
	"fmt"
	"io"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/cli"
	"github.com/seed763dd41b/cloudevents/cmd/ce/internal/stream"
)

// source returns the next event, and io.EOF at the end.
type source func() (*cloudevents.Event, error)

// events returns the source of the events to send. An error is about the command line.
func (s *sending) events(ctx context.Context) (source, error) {
	if len(s.files) > 0 {
		return s.fromFiles(ctx), nil
	}
	made, err := s.template.event(s.process.In)
	if err != nil {
		return nil, err
	}
	n := 0
	return func() (*cloudevents.Event, error) {
		if n == s.repeat || ctx.Err() != nil {
			return nil, io.EOF
		}
		n++
		return s.template.number(made, n, s.repeat, s.process.Now()), nil
	}, nil
}

// fromFiles returns a source of the events in the files. A goroutine reads them, and ends with
// ctx.
func (s *sending) fromFiles(ctx context.Context) source {
	type item struct {
		e   cloudevents.Event
		err error
	}
	items := make(chan item)
	give := func(i item) error {
		select {
		case items <- i:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	go func() {
		defer close(items)
		inputs := stream.Source{Stdin: s.process.In, Form: s.from, MaxBytes: s.template.maxBytes, ReadFiles: s.readFiles}
		err := inputs.Each(s.files, func(in *stream.Reader) error {
			for {
				u, err := in.Next()
				if err == io.EOF {
					return nil
				}
				if err != nil && stream.IsFault(err) {
					err = &cli.FaultError{Err: err}
				}
				if err != nil {
					return fmt.Errorf("%s%w", in.Prefix(), err)
				}
				es, err := u.Events()
				if err != nil {
					return fmt.Errorf("%sline %d: %w", in.Prefix(), u.Line, &cli.FaultError{Err: err})
				}
				for i := range es {
					if err := brokenJSON(&es[i]); err != nil {
						s.process.Report(fmt.Errorf("%sline %d: the data of event %.64q is not the JSON that its datacontenttype says: %w; it is sent as it is", in.Prefix(), u.Line, es[i].ID, err))
					}
					if err := give(item{e: es[i].Clone()}); err != nil {
						return err
					}
				}
			}
		})
		if err != nil {
			give(item{err: err})
		}
	}()
	return func() (*cloudevents.Event, error) {
		i, ok := <-items
		if !ok {
			return nil, io.EOF
		}
		return &i.e, i.err
	}
}

// batches returns a function that returns the events of one request, and io.EOF at the end.
func (s *sending) batches(next source) func() ([]cloudevents.Event, error) {
	most := 1
	if s.mode == cloudevents.BatchMode {
		most = s.batchSize
	}
	var failed error
	return func() ([]cloudevents.Event, error) {
		if failed != nil {
			return nil, failed
		}
		es := make([]cloudevents.Event, 0, min(most, 100))
		for len(es) < most {
			e, err := next()
			if err != nil {
				failed = err
				break
			}
			es = append(es, *e)
		}
		if len(es) == 0 {
			return nil, failed
		}
		return es, nil
	}
}
