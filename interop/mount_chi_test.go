package interop_test

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)

// mountChi puts routes under /events, behind middleware of Chi.
func mountChi(router chi.Router, routes http.Handler, middlewares ...func(http.Handler) http.Handler) {
	router.With(middlewares...).Mount("/events", http.StripPrefix("/events", routes))
}

func inChi(routes http.Handler, seen func(status int)) http.Handler {
	router := chi.NewRouter()
	router.Use(middleware.Recoverer, middleware.CleanPath)
	mountChi(router, routes, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			wrapped := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
			if r.Header.Get("Authorization") != token {
				wrapped.WriteHeader(http.StatusUnauthorized)
			} else {
				next.ServeHTTP(wrapped, r.WithContext(withTenant(r.Context())))
			}
			seen(wrapped.Status())
		})
	})
	router.Get("/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	return router
}
