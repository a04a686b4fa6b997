// Command sdkgo is a receiver with sdk-go. Only its size matters.
package main

import (
	"log"
	"net/http"

	sdkhttp "github.com/cloudevents/sdk-go/v2/protocol/http"
)

func main() {
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e, err := sdkhttp.NewEventFromHTTPRequest(r)
		if err == nil {
			err = e.Validate()
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		log.Print(e.ID(), len(e.Data()))
		w.WriteHeader(http.StatusNoContent)
	})))
}
