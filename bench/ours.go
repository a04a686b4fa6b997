package bench

import "github.com/seed763dd41b/cloudevents"

func decode(document []byte) (cloudevents.Event, error) {
	var d cloudevents.JSONDecoder
	return d.Decode(document)
}

func decodeBatch(document []byte) ([]cloudevents.Event, error) {
	var d cloudevents.JSONDecoder
	return d.DecodeBatch(document)
}

func factsOfAll(es []cloudevents.Event) []facts {
	all := make([]facts, len(es))
	for i := range es {
		all[i] = factsOf(&es[i])
	}
	return all
}

// CheckEvent compares what we have decoded with the event that went in.
func CheckEvent(e cloudevents.Event, err error, want *cloudevents.Event) error {
	if err != nil {
		return err
	}
	return sameFacts(factsOf(&e), factsOf(want))
}
