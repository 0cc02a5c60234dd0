/* Opens the page of a poster while there is no network: as it was when it last came. */
const KEPT = "ghepmau-phone-1";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, search } = new URL(request.url);
  const page = /^\/d\/[0-9A-Za-z]{8}$/.test(pathname);
  if (request.method !== "GET" || !(page || pathname.startsWith("/static/"))) return;
  event.respondWith(answer(request, page ? pathname : request.url, !(page && search)));
});

/* A page that asks for one person (?who=) is not kept: it would be there for everybody. */
async function answer(request, key, keep) {
  const kept = await caches.open(KEPT);
  try {
    const fresh = await fetch(request);
    if (keep && fresh.ok && !fresh.redirected) await kept.put(key, fresh.clone());
    return fresh;
  } catch (error) {
    const before = await kept.match(key);
    if (before) return before;
    throw error;
  }
}
