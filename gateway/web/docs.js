// Shows the API's own description; the page's policy allows no inline script.
SwaggerUIBundle({ url: "/api/openapi.json", dom_id: "#api", deepLinking: true });
