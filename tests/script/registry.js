/** The invented registry itself: trust documents, log and builds, written into a map of files. */

import {
  ADDRESS,
  NOW,
  base64Of,
  bytes,
  hexOf,
  kid,
  note,
  publicKey,
  sha256,
  statusList,
  time,
  vkey,
} from "./site.js";

/** @typedef {import("./site.js").Bytes} Bytes */
/** @typedef {import("./site.js").Signer} Signer */

export const ID = "cek.example";
const NAME = { id: "Contoh", ja: "見本", en: "Example" };
const LIFE = 27 * 30 * 86_400;

/**
 * @param {string} role
 * @param {string} label
 * @returns {Signer}
 */
export function signer(role, label = role) {
  return { name: `${ID}/${role}`, label };
}

/** @param {string} label */
export function issuer(label, other = {}) {
  return {
    kid: hexOf(kid(label)),
    x: base64Of(publicKey(label)),
    name: NAME,
    scope: { lsps: [9001, 9002] },
    from: time(NOW - LIFE),
    until: time(NOW + LIFE),
    status: "active",
    ...other,
  };
}

/** @param {Bytes[]} leaves */
export function root(leaves) {
  let level = leaves;
  while (level.length > 1) {
    const next = [];
    for (let i = 0; i < level.length; i += 2) {
      const [left = bytes(), right] = level.slice(i, i + 2);
      next.push(right ? sha256([1], left, right) : left);
    }
    level = next;
  }
  return level[0] ?? bytes();
}

/** Publishes into `files`, and answers a client's requests from there. */
export class Registry {
  constructor() {
    /** @type {Map<string, Bytes>} */
    this.files = new Map();
    /** @type {Bytes[]} */
    this.leaves = [sha256([0], [3], sha256("trust"))];
    /** @type {Record<number, number>} */
    this.states = { 0: 1 };
    this.version = 0;
    this.build = 0;
    this.previous = "";
    this.trustDigest = "";
    /** @type {string[]} every request, as `path cache` */
    this.requests = [];
    this.publisher = signer("publisher");
    this.logKey = signer("log");
    this.online = true;
    /** @type {Record<string, string>} */
    this.catalogue = {};
    this.trust();
  }

  /**
   * @param {Record<string, any>} [other] fields than usual
   * @returns {string} the digest of its text
   */
  trust(other = {}, signers = [signer("root/a"), signer("root/b")]) {
    this.version += 1;
    const fields = {
      registry: { id: ID, name: NAME, site: ADDRESS, former: [] },
      version: this.version,
      previous: this.trustDigest,
      issued: time(NOW - 1000),
      expires: time(NOW + LIFE),
      roots: { threshold: 2, keys: ["a", "b", "c"].map((name) => vkey(signer(`root/${name}`))) },
      issuers: [issuer("issuer")],
      publishers: [vkey(this.publisher)],
      logs: [{ origin: `${ID}/log`, vkey: vkey(signer("log")) }],
      approvers: [],
      max_age: 14 * 86_400,
      ...other,
    };
    const text = `absah-trust/v1\n${JSON.stringify(fields, null, 1)}\n`;
    this.trustDigest = hexOf(sha256(text));
    this.files.set(`trust/${this.version}.note`, note(text, signers));
    return this.trustDigest;
  }

  /** @param {Bytes} data a certificate, at the next index */
  log(data) {
    return this.leaves.push(sha256([0], [1], sha256(data))) - 1;
  }

  /**
   * @param {string} name
   * @param {any} value
   */
  catalogueFile(name, value) {
    const data = bytes(`${JSON.stringify(value, null, 1)}\n`);
    const digest = sha256(data);
    const path = name === "scheme" ? `scheme/${hexOf(digest.subarray(0, 16))}.json` : name;
    if (name !== "scheme") {
      this.catalogue[name] = hexOf(digest);
    }
    this.files.set(`catalogue/${path}`, data);
    return digest.subarray(0, 16);
  }

  /** @param {Record<string, any>} [other] fields than usual */
  publish(other = {}, issued = NOW - 3600) {
    const size = this.leaves.length;
    const list = statusList(ID, 0, this.states, this.publisher.label);
    const digest = hexOf(sha256(list));
    this.build += 1;
    const fields = {
      registry: ID,
      build: this.build,
      issued: time(issued),
      previous: this.previous,
      trust: { version: this.version, sha256: this.trustDigest },
      log: { size, root: base64Of(root(this.leaves)) },
      status: [{ list: 0, sha256: digest }],
      catalogue: this.catalogue,
      files: hexOf(sha256("files")),
      ...other,
    };
    const text = `absah-build/v1\n${JSON.stringify(fields, null, 1)}\n`;
    this.previous = hexOf(sha256(text));
    this.files.set("build.note", note(text, [this.publisher]));
    this.files.set(`status/0-${digest.slice(0, 16)}.cwt`, list);
    this.checkpoint(size, root(this.leaves));
    this.tiles();
  }

  /**
   * @param {number} size
   * @param {Bytes} hash
   */
  checkpoint(size, hash) {
    const text = `${ID}/log\n${size}\n${base64Of(hash)}\n`;
    const data = note(text, [this.logKey]);
    this.files.set(`log/checkpoints/${size}`, data);
    this.files.set("log/checkpoint", data);
  }

  tiles() {
    let hashes = this.leaves;
    for (let level = 0; hashes.length; level++) {
      const above = [];
      for (let n = 0; n * 256 < hashes.length; n++) {
        const tile = hashes.slice(n * 256, n * 256 + 256);
        const width = tile.length < 256 ? `.p/${tile.length}` : "";
        this.files.set(`log/tile/${level}/${String(n).padStart(3, "0")}${width}`, bytes(...tile));
        if (tile.length === 256) {
          above.push(root(tile));
        }
      }
      hashes = above;
    }
  }

  /** @returns {typeof fetch} */
  get fetch() {
    return async (url, how) => {
      const path = String(url).slice(ADDRESS.length);
      this.requests.push(`${path} ${how?.cache}`);
      if (!this.online) {
        throw new TypeError("no network");
      }
      const data = this.files.get(path);
      return new Response(data ?? "nothing here", { status: data ? 200 : 404 });
    };
  }
}
