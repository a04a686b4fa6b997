package jsonschema_test

import (
	"math/rand/v2"
	"reflect"
	"strings"
)

// fill sets v, and everything in it, to random values. Pointers, slices and maps are
// sometimes nil, and always nil more than depth levels down.
func fill(v reflect.Value, r *rand.Rand, depth int) {
	if !v.CanSet() {
		return
	}
	deeper := depth > 0 && r.IntN(3) > 0
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(r.IntN(2) > 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(r.Int64N(200) - 100)
	case reflect.Uint8:
		v.SetUint(r.Uint64N(200))
	case reflect.String:
		v.SetString([]string{"", "a", "\"<é"}[r.IntN(3)])
	case reflect.Pointer:
		if deeper {
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem(), r, depth-1)
		}
	case reflect.Slice:
		if deeper {
			v.Set(reflect.MakeSlice(v.Type(), r.IntN(3), 3))
			for i := range v.Len() {
				fill(v.Index(i), r, depth-1)
			}
		}
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), r, depth-1)
		}
	case reflect.Map:
		if deeper {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fill(key, r, depth-1)
			fill(value, r, depth-1)
			v.Set(reflect.MakeMap(v.Type()))
			v.SetMapIndex(key, value)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), r, depth-1)
		}
	}
}

// allows reports whether a schema allows a JSON value. It knows the keywords that the
// package uses.
func allows(root, schema map[string]any, v any) bool {
	for keyword, argument := range schema {
		fine := true
		object, isObject := v.(map[string]any)
		array, isArray := v.([]any)
		switch keyword {
		case "$ref":
			target := root
			if name, ok := strings.CutPrefix(argument.(string), "#/$defs/"); ok {
				target = root["$defs"].(map[string]any)[name].(map[string]any)
			}
			fine = allows(root, target, v)
		case "type":
			names, ok := argument.([]any)
			if !ok {
				names = []any{argument}
			}
			fine = false
			for _, name := range names {
				fine = fine || hasType(name.(string), v)
			}
		case "minimum":
			n, ok := v.(float64)
			fine = !ok || n >= argument.(float64)
		case "minItems":
			fine = !isArray || float64(len(array)) >= argument.(float64)
		case "maxItems":
			fine = !isArray || float64(len(array)) <= argument.(float64)
		case "items":
			for _, item := range array {
				fine = fine && allows(root, argument.(map[string]any), item)
			}
		case "properties":
			for name, property := range argument.(map[string]any) {
				if value, ok := object[name]; ok {
					fine = fine && allows(root, property.(map[string]any), value)
				}
			}
			for name := range object { // a struct has no other members
				_, ok := argument.(map[string]any)[name]
				fine = fine && ok
			}
		case "required":
			for _, name := range argument.([]any) {
				_, ok := object[name.(string)]
				fine = fine && (ok || !isObject)
			}
		case "additionalProperties":
			for _, value := range object {
				fine = fine && allows(root, argument.(map[string]any), value)
			}
		case "anyOf":
			fine = false
			for _, one := range argument.([]any) {
				fine = fine || allows(root, one.(map[string]any), v)
			}
		}
		if !fine {
			return false
		}
	}
	return true
}

func hasType(name string, v any) bool {
	switch v := v.(type) {
	case nil:
		return name == "null"
	case bool:
		return name == "boolean"
	case string:
		return name == "string"
	case float64:
		return name == "number" || name == "integer" && v == float64(int64(v))
	case []any:
		return name == "array"
	}
	return name == "object"
}
