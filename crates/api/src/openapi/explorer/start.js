// Starts Swagger UI over this desk's own description. Tokens stay in memory: closing the page forgets them.
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#explorer",
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  deepLinking: true,
  docExpansion: "none",
  defaultModelsExpandDepth: -1,
  filter: true,
  persistAuthorization: false,
  validatorUrl: null,
});
