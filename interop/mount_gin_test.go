package interop_test

import (
	"net/http"

	"github.com/gin-gonic/gin"
)

// mountGin puts routes under /events, behind middleware of Gin.
func mountGin(router *gin.Engine, routes http.Handler, middleware ...gin.HandlerFunc) {
	events := router.Group("/events", middleware...)
	handler := gin.WrapH(http.StripPrefix("/events", routes))
	events.Any("", handler) // without it, Gin redirects /events to /events/
	events.Any("/*path", handler)
}

func inGin(routes http.Handler, seen func(status int)) http.Handler {
	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	router.Use(gin.Recovery())
	mountGin(router, routes, func(c *gin.Context) {
		if c.GetHeader("Authorization") != token {
			c.AbortWithStatus(http.StatusUnauthorized)
		} else {
			c.Request = c.Request.WithContext(withTenant(c.Request.Context()))
			c.Next()
		}
		seen(c.Writer.Status())
	})
	router.GET("/", func(c *gin.Context) { c.Status(http.StatusTeapot) })
	return router
}
