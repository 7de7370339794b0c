/**
 * Starts workers from files of this bundle and names the service worker, and nothing else: the one
 * Trusted Types policy.
 */

const HERE = new URL(".", import.meta.url).href;
const SERVICE_WORKER = new URL("../sw.js", HERE).href;

/** @typedef {{createScriptURL: (url: string) => string}} Policy */
/** @typedef {{createPolicy: (name: string, rules: Policy) => Policy}} Factory */

/** @type {Factory | undefined} absent in older browsers, which then enforce nothing */
const factory = Reflect.get(globalThis, "trustedTypes");
const policy = factory?.createPolicy("absah-worker", {
  createScriptURL(url) {
    if (![HERE + DECODE_WORKER, HERE + PDF_WORKER, SERVICE_WORKER].includes(url)) {
      throw new TypeError(url);
    }
    return url;
  },
});

/**
 * @param {string} name of a worker of this bundle, as build.mjs knows it
 * @returns {Worker}
 */
export function startWorker(name) {
  const url = HERE + name;
  return new Worker(policy?.createScriptURL(url) ?? url, { type: "module" });
}

/** @returns {string} address of the service worker, as Trusted Types want it */
export function serviceWorkerUrl() {
  return policy?.createScriptURL(SERVICE_WORKER) ?? SERVICE_WORKER;
}
