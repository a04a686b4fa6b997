package amqpbroker

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// described is a value with a descriptor, such as a performative.
type described struct {
	code  uint64
	value any
}

// symbol is the AMQP type of that name.
type symbol string

var errCut = errors.New("amqpbroker: a frame is cut")

// read decodes the value at the beginning of b, and returns what follows it. All integers are
// uint64, strings and symbols are string, lists and maps are []any. Other types are []byte.
func read(b []byte) (v any, rest []byte, err error) {
	if len(b) == 0 {
		return nil, nil, errCut
	}
	code, b := b[0], b[1:]
	if code == 0x00 {
		d, b, err := read(b)
		if err != nil {
			return nil, nil, err
		}
		v, b, err := read(b)
		number, _ := d.(uint64)
		return described{number, v}, b, err
	}
	size, count := 0, 0
	switch code >> 4 {
	case 0x4:
	case 0x5:
		size = 1
	case 0x6:
		size = 2
	case 0x7:
		size = 4
	case 0x8:
		size = 8
	case 0x9:
		size = 16
	case 0xa, 0xc, 0xe:
		if len(b) < 1 {
			return nil, nil, errCut
		}
		size, b = int(b[0]), b[1:]
		count = 1
	case 0xb, 0xd, 0xf:
		if len(b) < 4 {
			return nil, nil, errCut
		}
		size, b = int(binary.BigEndian.Uint32(b)), b[4:]
		count = 4
	default:
		return nil, nil, fmt.Errorf("amqpbroker: type %#02x", code)
	}
	if len(b) < size {
		return nil, nil, errCut
	}
	value, b := b[:size], b[size:]
	switch code {
	case 0x40:
		return nil, b, nil
	case 0x41, 0x42:
		return code == 0x41, b, nil
	case 0x56:
		return value[0] != 0, b, nil
	case 0x43, 0x44:
		return uint64(0), b, nil
	case 0x45:
		return []any{}, b, nil
	case 0xa1, 0xa3, 0xb1, 0xb3:
		return string(value), b, nil
	case 0xc0, 0xc1, 0xd0, 0xd1:
		if len(value) < count {
			return nil, nil, errCut
		}
		list := []any{}
		for value = value[count:]; len(value) > 0; {
			var item any
			if item, value, err = read(value); err != nil {
				return nil, nil, err
			}
			list = append(list, item)
		}
		return list, b, nil
	}
	if code>>4 >= 5 && code>>4 <= 8 {
		var n uint64
		for _, c := range value {
			n = n<<8 | uint64(c)
		}
		return n, b, nil
	}
	return value, b, nil
}

// write appends a value. Fields of a list that are nil are null.
func write(dst []byte, v any) []byte {
	switch v := v.(type) {
	case bool:
		if v {
			return append(dst, 0x41)
		}
		return append(dst, 0x42)
	case uint8:
		return append(dst, 0x50, v)
	case uint16:
		return binary.BigEndian.AppendUint16(append(dst, 0x60), v)
	case uint32:
		return binary.BigEndian.AppendUint32(append(dst, 0x70), v)
	case uint64:
		return binary.BigEndian.AppendUint64(append(dst, 0x80), v)
	case []byte:
		return append(binary.BigEndian.AppendUint32(append(dst, 0xb0), uint32(len(v))), v...)
	case string:
		return append(binary.BigEndian.AppendUint32(append(dst, 0xb1), uint32(len(v))), v...)
	case symbol:
		return append(binary.BigEndian.AppendUint32(append(dst, 0xb3), uint32(len(v))), v...)
	case described:
		return write(append(dst, 0x00, 0x53, byte(v.code)), v.value)
	case []any:
		dst = append(dst, 0xd0)
		at := len(dst)
		dst = binary.BigEndian.AppendUint32(append(dst, 0, 0, 0, 0), uint32(len(v)))
		for _, item := range v {
			dst = write(dst, item)
		}
		binary.BigEndian.PutUint32(dst[at:], uint32(len(dst)-at-4))
		return dst
	}
	return append(dst, 0x40)
}

// fields are the fields of a performative. What is missing has its zero value.
type fields []any

func (f fields) at(i int) any {
	if i >= len(f) {
		return nil
	}
	return f[i]
}

func (f fields) number(i int) uint32 {
	n, _ := f.at(i).(uint64)
	return uint32(n)
}

func (f fields) bool(i int) bool {
	b, _ := f.at(i).(bool)
	return b
}

func (f fields) text(i int) string {
	s, _ := f.at(i).(string)
	return s
}

// composite returns the fields of a value that is a described list.
func (f fields) composite(i int) (code uint64, of fields) {
	d, _ := f.at(i).(described)
	list, _ := d.value.([]any)
	return d.code, list
}
