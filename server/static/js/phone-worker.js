/* Opens the page of a poster while there is no network: as it was when it last came. */
const KEPT = "ghepmau-phone-1";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const path = new URL(request.url).pathname;
  const page = /^\/d\/[0-9A-Za-z]{8}$/.test(path);
  if (request.method !== "GET" || !(page || path.startsWith("/static/"))) return;
  event.respondWith(answer(request, page ? path : request.url));
});

async function answer(request, key) {
  const kept = await caches.open(KEPT);
  try {
    const fresh = await fetch(request);
    if (fresh.ok && !fresh.redirected) await kept.put(key, fresh.clone());
    return fresh;
  } catch (error) {
    const before = await kept.match(key);
    if (before) return before;
    throw error;
  }
}
