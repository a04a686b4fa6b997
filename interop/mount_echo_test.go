package interop_test

import (
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

// mountEcho puts routes under /events, behind middleware of Echo.
func mountEcho(router *echo.Echo, routes http.Handler, middleware ...echo.MiddlewareFunc) {
	events := router.Group("/events", middleware...)
	handler := echo.WrapHandler(http.StripPrefix("/events", routes))
	events.Any("", handler)
	events.Any("/*", handler)
}

func inEcho(routes http.Handler, seen func(status int)) http.Handler {
	router := echo.New()
	router.Use(middleware.Recover())
	mountEcho(router, routes, func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if c.Request().Header.Get("Authorization") != token {
				seen(http.StatusUnauthorized)
				return c.NoContent(http.StatusUnauthorized)
			}
			c.SetRequest(c.Request().WithContext(withTenant(c.Request().Context())))
			err := next(c)
			seen(c.Response().Status)
			return err
		}
	})
	router.GET("/", func(c echo.Context) error { return c.NoContent(http.StatusTeapot) })
	return router
}
