package bench

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// load sends one request again and again over some connections. It writes bytes that were
// made before, and reads only the status and the end of the response, so that most of the
// time is the server's.
type load struct {
	request []byte
	conns   []net.Conn
	readers []*bufio.Reader
}

func newLoad(address string, h http.Header, body []byte, connections int) *load {
	var b bytes.Buffer
	fmt.Fprintf(&b, "POST / HTTP/1.1\r\nHost: %s\r\nUser-Agent: bench\r\nContent-Length: %d\r\n", address, len(body))
	must(h.Write(&b))
	b.WriteString("\r\n")
	b.Write(body)
	l := &load{request: b.Bytes()}
	for range connections {
		c, err := net.Dial("tcp", address)
		must(err)
		l.conns = append(l.conns, c)
		l.readers = append(l.readers, bufio.NewReader(c))
	}
	return l
}

func (l *load) close() {
	for _, c := range l.conns {
		c.Close()
	}
}

// run keeps all connections busy for d and returns the time per request.
func (l *load) run(d time.Duration) (time.Duration, error) {
	return together(len(l.conns), d, l.exchange)
}

func (l *load) exchange(i int) error {
	if _, err := l.conns[i].Write(l.request); err != nil {
		return err
	}
	for first := true; ; first = false {
		line, err := l.readers[i].ReadSlice('\n')
		if err != nil {
			return err
		}
		if first && !bytes.HasPrefix(line, []byte("HTTP/1.1 2")) {
			return fmt.Errorf("response %q", line)
		}
		if len(line) == len("\r\n") {
			return nil
		}
	}
}

// together calls do from n goroutines until d is over, and returns the time per
// call.
func together(n int, d time.Duration, do func(i int) error) (time.Duration, error) {
	counts, errs := make([]int, n), make([]error, n)
	var all sync.WaitGroup
	begin := time.Now()
	for i := range n {
		all.Go(func() {
			for errs[i] == nil && (counts[i] == 0 || time.Since(begin) < d) {
				errs[i] = do(i)
				counts[i]++
			}
		})
	}
	all.Wait()
	elapsed := time.Since(begin)
	total := 0
	for i := range n {
		if errs[i] != nil {
			return 0, errs[i]
		}
		total += counts[i]
	}
	return elapsed / time.Duration(total), nil
}
