// Command nethttp is a receiver without an event library. Only its size matters.
package main

import (
	"io"
	"log"
	"net/http"
)

func main() {
	log.Fatal(http.ListenAndServe("127.0.0.1:8080", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		log.Print(r.Header.Get("Ce-Id"), len(body))
		w.WriteHeader(http.StatusNoContent)
	})))
}
