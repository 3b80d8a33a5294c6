// Requests that the program answers itself: wrk -t1 -c32 -d5 http://127.0.0.1:3000/json
export default {
  fetch: (request: Request) => Response.json({ path: new URL(request.url).pathname, ok: true }),
};
