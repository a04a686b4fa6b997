package eventdoc

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
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

// policy is a Content-Security-Policy that allows the page its own style and script, and
// nothing else.
var policy = "default-src 'none'; style-src " + hash(string(style)) + "; script-src " + hash(string(script)) +
	"; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// hash returns the source expression of a policy that allows this inline text.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func (d *description) html() ([]byte, error) {
	var b bytes.Buffer
	err := page.Execute(&b, struct {
		*description
		Style  template.CSS
		Script template.JS
	}{d, style, script})
	return b.Bytes(), err
}
