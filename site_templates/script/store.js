/**
 * What this browser keeps of a registry between visits: signed files, in IndexedDB.
 *
 * A place that is switched off, full, slow, broken or of a later version holds nothing: a visit
 * then begins like a first one. All that is read back is verified again (held.js), so nothing
 * that stands here can turn a verdict.
 */

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {import("./client.js").Store} Store */

const DATABASE = "absah";
const TABLE = "files";
/** Milliseconds; some browsers never answer after their storage was damaged. */
const PATIENCE = 1000;

/**
 * @param {string} key of the registry: the digest of its first trust document
 * @returns {Store} its methods reject where there is no place to store
 */
export function browserStore(key) {
  return {
    load: async () => filesOf(await work("readonly", (table) => table.get(key))),
    save: (files) => work("readwrite", (table) => table.put(files, key)),
  };
}

/**
 * @param {IDBTransactionMode} mode
 * @param {(table: IDBObjectStore) => IDBRequest} ask
 * @returns {Promise<any>} the answer, once the transaction is complete
 */
function work(mode, ask) {
  return new Promise((resolve, reject) => {
    setTimeout(reject, PATIENCE, new Error("storage"));
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(TABLE);
    opening.onerror = reject;
    opening.onsuccess = () => {
      try {
        const transaction = opening.result.transaction(TABLE, mode);
        const request = ask(transaction.objectStore(TABLE));
        transaction.onabort = reject;
        transaction.oncomplete = () => resolve(request.result);
      } catch (error) {
        reject(error); // another program's database of this name
      }
      opening.result.close();
    };
  });
}

/**
 * @param {unknown} record
 * @returns {Map<string, Bytes> | null} null unless it has the form that was saved
 */
function filesOf(record) {
  const whole =
    record instanceof Map &&
    [...record].every(([path, data]) => typeof path === "string" && data instanceof Uint8Array);
  return whole ? record : null;
}
