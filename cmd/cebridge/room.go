package main

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// patience is how long a request keeps its place although its body is not there yet and
// others wait.
const patience = time.Second

// room has places for the requests that are under way, so that their bodies do not fill the
// memory.
type room struct {
	mu      sync.Mutex
	free    int
	uploads map[*upload]bool // those that are not there yet, and have a place
}

func newRoom(n int) *room { return &room{free: n, uploads: map[*upload]bool{}} }

// take takes a place for a request. If none is free, the slowest body loses its place, for
// senders that stall must not keep others out. leave must be called if it is ok.
func (x *room) take(w http.ResponseWriter, r *http.Request) (u *upload, ok bool) {
	u = &upload{ReadCloser: r.Body, control: http.NewResponseController(w), room: x, begun: time.Now()}
	slow, ok := x.enter(u)
	if slow != nil {
		slow.cutOff()
	}
	return u, ok
}

func (x *room) enter(u *upload) (slow *upload, ok bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.free > 0 {
		x.free--
	} else if slow = x.slowest(u.begun); slow == nil {
		return nil, false
	}
	delete(x.uploads, slow) // its place is that of u
	u.hasPlace = true
	if u.ReadCloser != http.NoBody {
		x.uploads[u] = true
	}
	return slow, true
}

// slowest returns the body of which the fewest bytes come in a second, or nil if others must
// wait.
func (x *room) slowest(now time.Time) (slow *upload) {
	least := 0.0
	for u := range x.uploads {
		age := now.Sub(u.begun)
		if age < patience {
			continue
		}
		if rate := float64(u.came.Load()) / float64(age); slow == nil || rate < least {
			slow, least = u, rate
		}
	}
	if slow != nil {
		slow.hasPlace = false
	}
	return slow
}

// upload is the body of a request that has a place.
type upload struct {
	io.ReadCloser
	control *http.ResponseController
	room    *room
	begun   time.Time
	came    atomic.Int64 // bytes

	hasPlace bool // room.mu guards it

	mu   sync.Mutex
	left bool
}

func (u *upload) Read(b []byte) (int, error) {
	n, err := u.ReadCloser.Read(b)
	u.came.Add(int64(n))
	if err != nil { // it is there, or will never be
		u.room.mu.Lock()
		delete(u.room.uploads, u)
		u.room.mu.Unlock()
	}
	return n, err
}

// cutOff ends the reading of the body.
func (u *upload) cutOff() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if !u.left { // else the connection has another request, or is closed
		_ = u.control.SetReadDeadline(time.Unix(1, 0)) // the server of the door supports it
	}
}

// leave gives the place back. The request is over then.
func (u *upload) leave() {
	u.mu.Lock()
	u.left = true
	u.mu.Unlock()
	u.room.mu.Lock()
	defer u.room.mu.Unlock()
	delete(u.room.uploads, u)
	if u.hasPlace {
		u.hasPlace = false
		u.room.free++
	}
}
