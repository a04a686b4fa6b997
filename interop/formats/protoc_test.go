package formats_test

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	sdkformat "github.com/cloudevents/sdk-go/binding/format/protobuf/v2"
	"github.com/cloudevents/sdk-go/binding/format/protobuf/v2/pb"
	sdkevent "github.com/cloudevents/sdk-go/v2/event"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/seed763dd41b/cloudevents"
	ceprotobuf "github.com/seed763dd41b/cloudevents/format/protobuf"
	"github.com/seed763dd41b/cloudevents/interop/brokers/peertest"
	"github.com/seed763dd41b/cloudevents/interop/brokers/sdkgo"
	"github.com/seed763dd41b/cloudevents/spec"
)

// protoc runs the compiler with the schema in event.proto.
func protoc(t *testing.T, input []byte, args ...string) ([]byte, error) {
	t.Helper()
	program := peertest.Program(t, "protoc")
	if _, err := os.Stat("/usr/include/google/protobuf/any.proto"); err != nil {
		peertest.Missing(t, "any.proto of protoc")
	}
	cmd := exec.CommandContext(t.Context(), program, append([]string{"-I.", "-I/usr/include"}, args...)...)
	cmd.Stdin = bytes.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, &peerError{stderr.String()}
	}
	return out, nil
}

const messageName = "io.cloudevents.v1.CloudEvent"

// protoc prints documents of this module as text, and makes documents of text.
func TestProtoc(t *testing.T) {
	exchange(t, protobufTable(), protocName, ceprotobuf.Format{},
		func(t *testing.T, document []byte) peertest.Outcome {
			text, err := protoc(t, document, "--decode="+messageName, "event.proto")
			if err != nil {
				return peertest.Failed(err)
			}
			var m pb.CloudEvent
			if err := prototext.Unmarshal(text, &m); err != nil {
				return peertest.Failed(err)
			}
			return peertest.Got(fromGoogle(&m))
		},
		func(t *testing.T, e *cloudevents.Event) ([]byte, error) {
			text, err := prototext.Marshal(toGoogle(t, e))
			if err != nil {
				return nil, err
			}
			return protoc(t, text, "--encode="+messageName, "event.proto")
		})
}

// toGoogle makes a message of an event in the plainest way.
func toGoogle(t *testing.T, e *cloudevents.Event) *pb.CloudEvent {
	m := &pb.CloudEvent{Id: e.ID, Source: e.Source, SpecVersion: e.SpecVersion.String(), Type: e.Type, Attributes: map[string]*pb.CloudEventAttributeValue{}}
	for name, v := range e.All() {
		if slices.Contains([]string{spec.ID, spec.Source, spec.SpecVersion, spec.EventType}, name) {
			continue
		}
		a := new(pb.CloudEventAttributeValue)
		var err error
		switch v.Type() {
		case spec.Boolean:
			x := new(pb.CloudEventAttributeValue_CeBoolean)
			x.CeBoolean, err = v.Bool()
			a.Attr = x
		case spec.Integer:
			x := new(pb.CloudEventAttributeValue_CeInteger)
			x.CeInteger, err = v.Int()
			a.Attr = x
		case spec.Binary:
			x := new(pb.CloudEventAttributeValue_CeBytes)
			x.CeBytes, err = v.Bytes()
			a.Attr = x
		case spec.URI:
			a.Attr = &pb.CloudEventAttributeValue_CeUri{CeUri: v.String()}
		case spec.URIReference:
			a.Attr = &pb.CloudEventAttributeValue_CeUriRef{CeUriRef: v.String()}
		case spec.Timestamp:
			at, timeErr := v.Time()
			err = timeErr
			a.Attr = &pb.CloudEventAttributeValue_CeTimestamp{CeTimestamp: timestamppb.New(at)}
		default:
			a.Attr = &pb.CloudEventAttributeValue_CeString{CeString: v.String()}
		}
		if err != nil {
			t.Fatal(err)
		}
		m.Attributes[name] = a
	}
	switch {
	case e.Data == nil:
	case strings.Contains(e.DataContentType, "json") || strings.HasPrefix(e.DataContentType, "text/") || strings.Contains(e.DataContentType, "xml"):
		m.Data = &pb.CloudEvent_TextData{TextData: string(e.Data)}
	default:
		m.Data = &pb.CloudEvent_BinaryData{BinaryData: e.Data}
	}
	return m
}

func TestSDKGoProtobuf(t *testing.T) {
	exchange(t, protobufTable(), sdkGo, ceprotobuf.Format{},
		func(t *testing.T, document []byte) peertest.Outcome {
			var s sdkevent.Event
			return sdkgo.Outcome(&s, sdkformat.Protobuf.Unmarshal(document, &s))
		},
		func(t *testing.T, e *cloudevents.Event) ([]byte, error) {
			s, err := sdkgo.Build(e)
			if err != nil {
				return nil, err
			}
			return sdkformat.Protobuf.Marshal(&s)
		})
}

// The schema of the peers has the numbers, types and names of the schema that sdk-go was
// generated from.
func TestSchema(t *testing.T) {
	out := t.TempDir() + "/set"
	if _, err := protoc(t, nil, "--descriptor_set_out="+out, "event.proto"); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	var set descriptorpb.FileDescriptorSet
	if err := proto.Unmarshal(b, &set); err != nil {
		t.Fatal(err)
	}
	own := set.File[0].MessageType[0]
	theirs := protodesc.ToDescriptorProto(new(pb.CloudEvent).ProtoReflect().Descriptor())
	value := protodesc.ToDescriptorProto(new(pb.CloudEventAttributeValue).ProtoReflect().Descriptor())
	for _, c := range []struct{ got, want *descriptorpb.DescriptorProto }{{own, theirs}, {own.NestedType[1], value}} {
		got, want := map[string]string{}, map[string]string{}
		for _, f := range c.got.Field {
			got[f.GetName()] = f.GetType().String() + f.GetLabel().String() + string(rune('0'+f.GetNumber()))
		}
		for _, f := range c.want.Field {
			want[f.GetName()] = f.GetType().String() + f.GetLabel().String() + string(rune('0'+f.GetNumber()))
		}
		if len(got) != len(want) {
			t.Errorf("%s: %d fields, want %d", c.got.GetName(), len(got), len(want))
		}
		for name := range want {
			if got[name] != want[name] {
				t.Errorf("%s: %s, want %s", name, got[name], want[name])
			}
		}
	}
}
