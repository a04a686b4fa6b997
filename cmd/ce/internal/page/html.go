package page

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
)

var (
	//go:embed page.html
	pageTemplate string
	//go:embed page.css
	style template.CSS
	//go:embed page.js
	script template.JS

	page = template.Must(template.New("page").Parse(pageTemplate))
)

// policy is a Content-Security-Policy that allows the page its own style and script, and to talk
// to its own server.
var policy = "default-src 'none'; style-src " + hash(string(style)) + "; script-src " + hash(string(script)) +
	"; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'" +
	"; require-trusted-types-for 'script'; trusted-types 'none'"

// hash returns the source expression of a policy that allows this inline text.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// serveHTML answers with the page, which has no messages yet.
func (p *Page) serveHTML(w http.ResponseWriter, _ *http.Request) {
	var b bytes.Buffer
	if err := page.Execute(&b, struct {
		Listening, Token, Run string
		Limit                 int
		Style                 template.CSS
		Script                template.JS
	}{p.Listening, p.token, p.run, MaxMessages, style, script}); err != nil {
		http.Error(w, "the page cannot be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", policy)
	_, _ = w.Write(b.Bytes())
}
