// Command cloudevents is a receiver with this module. Only its size matters.
package main

import (
	"log"
	"net/http"

	cehttp "github.com/seed763dd41b/cloudevents/http"
)

func main() {
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e, err := cehttp.ToCloudEvent(r, nil)
		if err != nil {
			http.Error(w, err.Error(), cehttp.StatusCode(err))
			return
		}
		log.Print(e.ID, len(e.Data))
		w.WriteHeader(http.StatusNoContent)
	})))
}
