package main

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// message returns what curl makes of its arguments.
func (c *curl) message() *message {
	m, verb := c.m, http.MethodGet
	switch {
	case c.head:
		verb = http.MethodHead
	case c.data != nil && !c.get:
		verb = http.MethodPost
		separator := "&"
		if c.json {
			separator = ""
		}
		m.body = []byte(strings.Join(c.data, separator))
		if !c.types && c.json {
			m.header["Content-Type"] = []string{"application/json"}
		} else if !c.types {
			m.header["Content-Type"] = []string{"application/x-www-form-urlencoded"}
		}
	}
	if c.verb != "" {
		verb = c.verb
	}
	path := "/"
	if u, err := url.Parse(c.url); err == nil && u.RequestURI() != "" && u.Host != "" {
		path = u.RequestURI()
	}
	m.start = verb + " " + path + " HTTP/1.1"
	m.bodyLine = 1
	return m
}

// check refuses commands that send something else.
func (c *curl) check() error {
	switch {
	case c.url == "":
		return errors.New("the curl command has no URL")
	case c.form:
		return errors.New("-F sends a form, which is no CloudEvent; use --data-binary")
	}
	return nil
}
