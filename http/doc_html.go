package cehttp

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/seed763dd41b/cloudevents"
	"github.com/seed763dd41b/cloudevents/internal/curl"
)

var (
	//go:embed doc_page.css
	docStyle string
	//go:embed doc_page.js
	docScript string
)

// docPolicy allows the page its own style and script, and nothing else.
func docPolicy() string {
	hash := func(s string) string {
		sum := sha256.Sum256([]byte(s))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; style-src " + hash(docStyle) + "; script-src " + hash(docScript) +
		"; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// markup is HTML that is written as it is. Constants are markup; whatever else is text.
type markup string

// htmlPage is a page in the making. Every program that imports this package would be
// 440 kB larger for html/template, and 70 kB for html, whether it has a page or not.
// So text stands between tags, nowhere else, and is escaped here.
type htmlPage struct{ b strings.Builder }

func (p *htmlPage) tags(ms ...markup) {
	for _, m := range ms {
		p.b.WriteString(string(m))
	}
}

func (p *htmlPage) text(s string) {
	for _, c := range s { // what is not UTF-8 is U+FFFD
		switch c {
		case '&':
			p.tags("&amp;")
		case '<':
			p.tags("&lt;")
		case '>':
			p.tags("&gt;")
		case '"':
			p.tags("&#34;")
		case '\'':
			p.tags("&#39;")
		case 0:
			p.tags("\uFFFD") // which a browser shows for it anyway
		default:
			p.b.WriteRune(c)
		}
	}
}

// element writes text in an element.
func (p *htmlPage) element(open markup, text string, end markup) {
	p.tags(open)
	p.text(text)
	p.tags(end)
}

func (d *docDescription) html() []byte {
	var p htmlPage
	p.tags("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n",
		"<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n")
	p.element("<title>", d.Title, "</title>\n")
	p.tags("<style>", markup(docStyle), "</style>\n</head>\n<body>\n<header>\n")
	p.element("<h1>", d.Title, "</h1>\n")
	p.element("<p>CloudEvents are sent to <code>", d.URL, "</code> by POST")
	p.element(", in ", strings.Join(d.Modes[:len(d.Modes)-1], ", "), " or ")
	p.element("", d.Modes[len(d.Modes)-1], " mode.</p>\n")
	p.tags("<div id=\"tools\" hidden><input id=\"search\" type=\"search\" aria-label=\"Search events\" ",
		"placeholder=\"Search events\" autocomplete=\"off\" spellcheck=\"false\">",
		"<span id=\"count\" role=\"status\"></span></div>\n</header>\n<main>\n")
	for i := range d.Events {
		p.event(&d.Events[i], len(d.Events) == 1)
	}
	none := markup(" hidden")
	if len(d.Events) == 0 {
		none = ""
	}
	p.tags("<p id=\"none\"", none, ">No event to show.</p>\n</main>\n",
		"<footer>Programs get this page as JSON: <code>Accept: application/json</code></footer>\n",
		"<script>", markup(docScript), "</script>\n</body>\n</html>\n")
	return []byte(p.b.String())
}

func (p *htmlPage) event(e *docEvent, open bool) {
	p.tags("<details class=\"event\"")
	if open {
		p.tags(" open")
	}
	p.element("><summary><h2>", e.Type, "</h2>")
	if e.Version != "" {
		p.element("<span class=\"tag\">version <b>", e.Version, "</b></span>")
	}
	if e.Source != "" {
		p.element("<span class=\"tag\">source <b>", e.Source, "</b></span>")
	}
	if e.Summary != "" {
		p.element("<p>", e.Summary, "</p>")
	}
	p.tags("</summary>\n<div class=\"body\">\n<h3>Event</h3>\n")
	p.example(&e.In)
	p.tags("<h3>Send it</h3>\n<p class=\"hint\">For a POSIX shell.</p>\n")
	for _, c := range [...]struct {
		title   markup
		open    markup
		command string
	}{
		{"Binary mode", " open", e.In.Curl.Binary},
		{"Structured mode", "", e.In.Curl.Structured},
		{"Batch mode", "", e.In.Curl.Batch},
	} {
		p.tags("<details class=\"part\"", c.open, "><summary>", c.title, "</summary>\n")
		p.code(c.command)
		p.tags("</details>\n")
	}
	if e.Out == nil {
		p.tags("<h3>Reply</h3>\n<p class=\"hint\">It is answered without an event.</p>\n")
	} else {
		p.tags("<h3>Reply</h3>\n")
		p.example(e.Out)
	}
	p.tags("</div>\n</details>\n")
}

func (p *htmlPage) example(x *docExample) {
	p.tags("<dl>")
	for name, value := range x.Example.All() {
		p.element("<div><dt>", name, "</dt>")
		p.element("<dd>", value.String(), "</dd></div>")
	}
	p.tags("</dl>\n")
	if len(x.Example.Data) > 0 {
		p.tags("<h4>Data</h4>\n")
		p.data(x.Example)
	}
	if x.Schema != nil {
		p.tags("<details class=\"part\"><summary>JSON Schema of the data</summary>\n")
		p.code(string(indented(x.Schema)))
		p.tags("</details>\n")
	}
}

func (p *htmlPage) data(e *cloudevents.Event) {
	if curl.Pasteable(e.Data) {
		p.code(string(e.Data))
		return
	}
	p.element("<p class=\"hint\">", strconv.Itoa(len(e.Data)), " bytes, in base64:</p>\n")
	p.code(base64.StdEncoding.EncodeToString(e.Data))
}

// code writes a block that can be copied.
func (p *htmlPage) code(text string) {
	p.element("<div class=\"code\"><pre tabindex=\"0\"><code>", text, "</code></pre>")
	p.tags("<button class=\"copy\" type=\"button\" hidden>Copy</button></div>\n")
}
