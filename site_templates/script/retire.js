/**
 * The kill switch: what stands in the place of the service worker where `offline = false`.
 *
 * A worker that is merely missing goes on running where it was installed. This one takes its place,
 * forgets every file that was kept, and goes.
 */

const worker = /** @type {any} */ (self);

worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (/** @type {any} */ event) =>
  event.waitUntil(
    (async () => {
      const names = await caches.keys();
      await Promise.all(
        names.filter((name) => name.startsWith("absah-")).map((name) => caches.delete(name)),
      );
      await worker.registration.unregister();
    })(),
  ),
);
