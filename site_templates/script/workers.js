/**
 * Starts workers from files of this bundle, and nothing else: the one Trusted Types policy.
 */

const HERE = new URL(".", import.meta.url).href;

/** @typedef {{createScriptURL: (url: string) => string}} Policy */
/** @typedef {{createPolicy: (name: string, rules: Policy) => Policy}} Factory */

/** @type {Factory | undefined} absent in older browsers, which then enforce nothing */
const factory = Reflect.get(globalThis, "trustedTypes");
const policy = factory?.createPolicy("absah-worker", {
  createScriptURL(url) {
    if (url !== HERE + DECODE_WORKER && url !== HERE + PDF_WORKER) {
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
