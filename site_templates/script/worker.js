/**
 * The service worker: after one visit the pages open without network.
 *
 * A version is installed whole or not at all. Every file of it is fetched with the digest that
 * this script names, so a deploy that is half done, or changed on its way, is not installed and
 * the version before it goes on working. Pages, scripts and words of two versions never mix.
 *
 * What the registry says of its state (note, trust, log, lists) passes by here untouched: the
 * page keeps that itself and believes none of it unverified. Catalogue files are fetched anew and
 * kept for the time without network; the page compares them with what was signed.
 */

/** @typedef {{version: string, files: [path: string, integrity: string][]}} Deploy */
/** @typedef {Event & {waitUntil(work: Promise<unknown>): void}} Lasting */
/** @typedef {Event & {data: unknown, ports: MessagePort[]}} Told */
/** @typedef {Lasting & {request: Request, respondWith(answer: Promise<Response>): void}} Asked */

const worker = /** @type {any} */ (self);
/** @type {Deploy} */
const { version, files } = worker.DEPLOY;
/** @type {string} */
const scope = worker.registration.scope;
const SHELL = `absah-${version}`;
/** Files that are kept as they come: they bear their digest in their name, or are checked later. */
const KEPT = "absah-kept";
/** Files of KEPT above which the oldest go. */
const MOST = 100;
/** @type {{files: File[], text: string}} */
const NOTHING = { files: [], text: "" };
/** What was shared, until the page asks for it; it is kept in memory only. */
let shared = NOTHING;
const paths = new Set(files.map(([path]) => path));

async function install() {
  const shell = await caches.open(SHELL);
  try {
    await Promise.all(
      files.map(async ([path, integrity]) => {
        const url = scope + path;
        const fresh = () => fetch(url, { integrity, cache: "no-cache", redirect: "error" });
        // A name with a digest has had these bytes since it was first installed.
        const known = path.startsWith("assets/") ? await caches.match(url, ANY) : undefined;
        const answer = known ?? (await fresh());
        if (!answer.ok) {
          throw new Error(path);
        }
        await shell.put(url, answer);
      }),
    );
  } catch (error) {
    await caches.delete(SHELL);
    throw error;
  }
}

/** The bytes are the same however they were packed on their way. */
const ANY = { ignoreSearch: true, ignoreVary: true };

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith("absah-") && name !== SHELL && name !== KEPT) {
      await caches.delete(name);
    }
  }
  await worker.clients.claim();
}

/**
 * @param {Request} request of a file that belongs to this version
 * @returns {Promise<Response>}
 */
async function own(request) {
  return (await (await caches.open(SHELL)).match(request, ANY)) ?? fetch(request);
}

/**
 * @param {Cache} cache
 * @param {Request} request
 * @param {Response} answer
 */
async function keep(cache, request, answer) {
  await cache.put(request, answer);
  const [oldest, ...rest] = await cache.keys();
  if (oldest && rest.length >= MOST) {
    await cache.delete(oldest);
  }
}

/**
 * @param {Asked} event
 * @param {boolean} fixed whether a file of this name never changes
 * @returns {Promise<Response>}
 */
async function kept(event, fixed) {
  const { request } = event;
  const cache = await caches.open(KEPT);
  const known = await cache.match(request, ANY);
  if (known && fixed) {
    return known;
  }
  try {
    const answer = await fetch(request);
    if (answer.ok) {
      event.waitUntil(keep(cache, request, answer.clone())); // no verdict waits for it
    }
    return answer;
  } catch (error) {
    if (known) {
      return known;
    }
    throw error;
  }
}

/**
 * What was shared with the installed page goes to the page that opens for it, and nowhere else:
 * this answer to a POST never comes from a server.
 *
 * @param {Request} request a form of files and texts (W3C Web Share Target)
 * @returns {Promise<Response>}
 */
async function take(request) {
  const form = await request.formData();
  const texts = ["text", "url", "title"].map((name) => form.get(name));
  shared = {
    files: form.getAll("files").filter((file) => file instanceof File),
    text: String(texts.find((text) => typeof text === "string" && text.trim() !== "") ?? ""),
  };
  return Response.redirect(`${scope}?shared`, 303);
}

worker.addEventListener("install", (/** @type {Lasting} */ event) => event.waitUntil(install()));
worker.addEventListener("activate", (/** @type {Lasting} */ event) => event.waitUntil(activate()));
worker.addEventListener("message", (/** @type {Told} */ event) => {
  if (event.data === "shared") {
    event.ports[0]?.postMessage(shared);
    shared = NOTHING;
  } else {
    worker.skipWaiting();
  }
});
worker.addEventListener("fetch", (/** @type {Asked} */ event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const whole = origin + pathname;
  if (request.method === "POST" && whole === `${scope}share`) {
    event.respondWith(take(request));
    return;
  }
  if (request.method !== "GET" || !whole.startsWith(scope)) {
    return;
  }
  const path = whole.slice(scope.length);
  if (paths.has(path)) {
    event.respondWith(own(request));
  } else if (path.startsWith("catalogue/") || path.startsWith("assets/")) {
    event.respondWith(kept(event, path.startsWith("assets/")));
  }
});
