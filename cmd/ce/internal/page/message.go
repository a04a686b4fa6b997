package page

import (
	"net/http"
	"time"
)

// Message is a message that came in, as the page keeps it. It must not be changed after
// [Page.Add].
type Message struct {
	At     time.Time
	From   string // the address of the sender
	Method string
	URI    string // without credentials
	Proto  string
	Host   string
	Mode   string      // the content mode, and the event format if that is not JSON
	Header http.Header // without those that LeftOut names
	Body   []byte

	// LeftOut are the names of headers that hold credentials. Their values are not kept.
	LeftOut []string
	// Cut says that the sender sent more than Body.
	Cut bool

	Type, Source, ID, Subject string // of the first event
	Events                    int    // how many there are
	Text                      string // the attributes of all of them, for the search

	Status  int
	Problem string // why it was refused or not passed on, in one line; "" if it was not
	Note    string // what else there is to say, in one line
	Answer  string // the beginning of the body of an answer that is an error
}

// Details are what the page shows of one message, besides the message itself.
type Details struct {
	Events     []Event     `json:"shown"`
	More       int         `json:"more"` // events that are not shown
	Violations []Violation `json:"violations"`
	Others     int         `json:"others"` // violations that are not shown
}

// Event is an event of a message.
type Event struct {
	Attributes []Attribute `json:"attributes"`
	HasData    bool        `json:"hasData"`
	Data       string      `json:"data"`
	DataNote   string      `json:"dataNote"` // the size
}

// Attribute is an attribute of an event.
type Attribute struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Violation is a reason why a message is not valid.
type Violation struct {
	Text   string `json:"text"`
	URL    string `json:"url"` // of the section of the specification, or ""
	Advice string `json:"advice"`
}
