/** What keys.js answers to signatures, in Node and in a browser: no import but that of keys.js. */

/** @param {string} text hex */
function unhex(text) {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/**
 * @param {[string, string, string][]} cases key, message and signature in hex
 * @param {string} folder of keys.js
 * @returns {Promise<{native: boolean, webcrypto: string[], noble: string[]}>} `native`: WebCrypto
 *   has Ed25519, so the first list is its own
 */
export async function answers(cases, folder) {
  /** @type {typeof import("../../site_templates/script/keys.js")} */
  const keys = await import(`${folder}/keys.js`);
  const all = async () => {
    const found = [];
    for (const [x, message, signature] of cases) {
      try {
        const holds = await keys.verify(unhex(x), unhex(message), unhex(signature));
        found.push(holds ? "holds" : "fails");
      } catch (error) {
        found.push(error instanceof Error && "code" in error ? "refused" : String(error));
      }
    }
    return found;
  };
  const base = unhex(`58${"66".repeat(31)}`);
  const asked = crypto.subtle?.importKey("raw", base, "Ed25519", false, ["verify"]);
  const native = Boolean(await asked?.catch(() => null));
  const webcrypto = await all();
  keys.forceNoble();
  return { native, webcrypto, noble: await all() };
}
