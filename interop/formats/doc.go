// Package formats runs the event formats of this module against general libraries for the
// same encodings. It has nothing but tests.
package formats
