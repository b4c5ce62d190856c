{% load static ui %}// The responder's page without a network, and while it is closed. It keeps what the page is made
// of, never what is on it; sends what waits as soon as the browser says that there is a network;
// and shows what the push service brings.
import { Queue } from "{% static "dispatch/respond/queue.js" %}";

const CACHE = "yihu respond VERSION", PAGE = "{{ page|escapejs }}", OFFLINE = "{% url "dispatch:respond_offline" %}";
const KEPT = [OFFLINE, "{% styles_url "desk" %}"{% for address in kept %}, "{{ address }}"{% endfor %}];

self.addEventListener("install", (event) => event.waitUntil(keep()));
async function keep() {
  await (await caches.open(CACHE)).addAll(KEPT.map((address) => new Request(address, { cache: "reload" })));
  await self.skipWaiting();
}

self.addEventListener("activate", (event) => event.waitUntil(forget()));
async function forget() {
  const old = (await caches.keys()).filter((name) => name.startsWith("yihu respond ") && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const { origin, pathname } = new URL(request.url);
  if (request.mode === "navigate" && pathname === PAGE) event.respondWith(orOffline(request));
  else if (origin === location.origin && KEPT.includes(pathname)) event.respondWith(orKept(request));
});
const orOffline = (request) => fetch(request).catch(() => caches.match(OFFLINE));
const orKept = (request) => fetch(request).catch(() => caches.match(request, { ignoreSearch: true }));

self.addEventListener("sync", (event) => event.waitUntil(new Queue().send()));

self.addEventListener("push", (event) => {
  const said = event.data?.json() ?? {};
  event.waitUntil(self.registration.showNotification(said.title ?? "", {
    body: said.text ?? "",
    tag: "asked",
    renotify: true,
    requireInteraction: true,
    vibrate: [400, 200, 400, 200, 400],
    icon: "{% static "dispatch/respond/icon-192.png" %}",
    data: said.page ?? PAGE,
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data));
});
async function open(page) {
  const windows = await self.clients.matchAll({ type: "window" });
  const found = windows.find(({ url }) => new URL(url).pathname === page);
  return found ? found.focus() : self.clients.openWindow(page);
}
