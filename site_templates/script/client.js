/**
 * What a verifier fetches and in which order; ends in evidence for `judge` of verify.js.
 *
 * Build note (a hint), trust walk to the version that it names, the note's signature, checkpoint;
 * then for a certificate its status list and the tiles that prove its entry. Nothing is believed
 * for where it came from. A failed read leaves the evidence poorer, never wrong.
 */

import { hex } from "./bytes.js";
import { b64encode } from "./canonical.js";
import { shownFor } from "./catalogue.js";
import { Held, listPath, readNote } from "./held.js";
import { thumbprint } from "./keys.js";
import { attempt } from "./reasons.js";
import { fileSource, untilLost, urlSource } from "./source.js";
import * as status from "./status.js";
import { certificateHash, examine, judge } from "./verify.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {import("./source.js").Source} Source */
/** @typedef {import("./verify.js").Opened} Opened */
/** @typedef {import("./verify.js").Evidence} Evidence */
/**
 * @typedef {object} Store keeps signed files by path between visits; not trusted with more: all
 *   that is read back is verified again
 * @property {() => Promise<Map<string, Bytes> | null>} load
 * @property {(files: Map<string, Bytes>) => Promise<void>} save all at once, in place of the last
 */
/**
 * @typedef {object} Options
 * @property {string} base address under which the site's files are read, ending in a slash
 * @property {string} registry id
 * @property {string} trustDigest SHA-256 of the text of trust/1, hex: the anchor
 * @property {typeof fetch} fetch
 * @property {() => number} [now] seconds since 1970-01-01
 * @property {Store | null} [store]
 */
/** @typedef {Awaited<ReturnType<Client["check"]>>} Result */
/**
 * @typedef {object} Basis what a verdict rests on, for a record of it
 * @property {number} now the moment it was judged at
 * @property {boolean} walked
 * @property {Bytes} data of the certificate
 * @property {number | null} index null where no data may be shown
 * @property {number} final size at which the issuer's key was closed; 0: it was not
 * @property {import("./build_note.js").BuildNote | null} note
 * @property {Map<string, Bytes>} files signed objects by path
 * @property {import("./proofs.js").Tiles | null} tiles
 * @property {Bytes | null} rival
 */

/** Up to this many status lists are read ahead, so that all certificates can be judged offline. */
const LISTS_AHEAD = 16;

const NOT_SHOWN = { scheme: null, lsp: null, fields: null };

/** A source that has nothing: for a judgement without network. */
const nothing = fileSource(new Map());

/** Checks texts against one registry. */
export class Client {
  /** @param {Options} options */
  constructor({ base, registry, trustDigest, fetch, now, store = null }) {
    this.source = urlSource(base, fetch);
    this.now = now ?? (() => Math.floor(Date.now() / 1000));
    this.store = store;
    this.held = new Held(registry, trustDigest, this.now);
    /** @type {Map<string, Promise<status.StatusList | null>>} lists on their way */
    this.loading = new Map();
    /** @type {Promise<void> | null} */
    this.refreshing = null;
    /** What goes on after an answer: reading ahead, comparing trees, storing. */
    this.background = Promise.resolve();
    this.restored = this.restore();
  }

  /** What is held: `note`, `trust`, `checkpoint`, each null where not at hand. */
  get state() {
    return this.held;
  }

  /** Fetch note, trust and checkpoint; once more past caches if they do not fit together. */
  refresh() {
    this.refreshing ??= this.fetchState().finally(() => {
      this.refreshing = null;
    });
    return this.refreshing;
  }

  /**
   * The verdict on one text, with what has to be fetched for it.
   *
   * @param {string} text
   */
  async check(text) {
    return this.result(text, this.source, this.held.fetched);
  }

  /**
   * The verdict on one text by what is at hand, without network.
   *
   * @param {string} text
   */
  async checkStored(text) {
    await this.restored;
    return this.result(text, nothing, false);
  }

  /**
   * @param {string} text
   * @param {Source} read
   * @param {boolean} fetched
   */
  async result(text, read, fetched) {
    const held = { ...this.held, fetched };
    const { trust: document, note: pinned, walked } = held;
    const opened = await examine(text, document);
    const { data, kid, certificate } = opened;
    const now = this.now();
    const [verdict, catalogue] = await Promise.all([
      this.evidence(held, opened, fetched ? read : untilLost(read)).then((evidence) => judge(evidence, now)),
      certificate ? shownFor(certificate, pinned?.catalogue, read) : NOT_SHOWN,
    ]);
    const { host, moment, ...answer } = verdict;
    return {
      ...answer,
      host: host || null,
      t: moment,
      index: verdict.certificate?.index ?? null,
      asOf: pinned?.issued ?? null,
      build: pinned?.build ?? null,
      logSize: pinned?.size ?? null,
      logRoot: pinned && b64encode(pinned.root),
      trustIssued: document?.issued ?? null,
      trustExpires: document?.expires ?? null,
      trustVersion: document?.version ?? null,
      demo: document?.demo ?? false,
      site: document?.site ?? null,
      digest: data && (await certificateHash(data)),
      kid: kid && hex(kid),
      key: opened.issuer ? hex(await thumbprint(opened.issuer.x)) : null,
      fetched,
      walked,
      catalogue: verdict.certificate ? catalogue : NOT_SHOWN,
      basis: this.basis(opened, verdict.certificate?.index ?? null, pinned, now),
    };
  }

  /**
   * @param {Opened} opened
   * @param {number | null} index
   * @param {Held["note"]} pinned by which it was judged
   * @param {number} now
   * @returns {Basis | null} null where the text is no certificate, or a newer note came meanwhile
   */
  basis({ data, issuer }, index, pinned, now) {
    const { note, tiles, files, rival, walked } = this.held;
    const final = issuer?.final?.size ?? 0;
    return data && note === pinned
      ? { now, walked, data, index, final, note, tiles, rival, files: new Map(files) }
      : null;
  }

  // Note, trust and checkpoint ------------------------------------------------------------------

  async restore() {
    // A store that fails is an empty one: then this visit starts from nothing, as the first did.
    const files = await this.store?.load().catch(() => null);
    if (files) {
      await this.held.restore(files);
    }
  }

  async fetchState() {
    const early = readNote(this.source); // on its way while what is stored is verified
    await this.restored;
    if (!(await this.held.refreshFrom(this.source, "default", early))) {
      await this.held.refreshFrom(this.source, "reload");
    }
    this.background = this.background.then(() => this.afterwards());
  }

  // In the background ---------------------------------------------------------------------------

  /** What no answer waits for: reading ahead, comparing with what was seen before, storing. */
  async afterwards() {
    const { held, source, store } = this;
    const lists = held.note?.status ?? [];
    if (held.fetched && lists.length <= LISTS_AHEAD) {
      await Promise.all(lists.map((_, k) => this.list(k, source, { priority: "low" })));
    }
    await held.compareHistory(source);
    if (store && held.fetched && !held.conflict) {
      // A store that is full or switched off: the next visit starts from an older state, or none.
      await store.save(new Map(held.files)).catch(() => null);
    }
  }

  // Evidence about one certificate --------------------------------------------------------------

  /**
   * @param {Omit<Evidence, "opened"> & Pick<Held, "note" | "checkpoint" | "tiles">} held as it was
   *   when the check began
   * @param {Opened} opened
   * @param {Source} read
   * @returns {Promise<Evidence>}
   */
  async evidence({ note: pinned, tiles, ...held }, opened, read) {
    const { certificate, issuer } = opened;
    const evidence = { ...held, note: pinned, opened };
    if (!certificate || !pinned || !tiles) {
      return evidence;
    }
    const { index } = certificate;
    const logged = held.checkpoint && index < pinned.size;
    const [listed, entry] = await Promise.all([
      this.list(Math.floor(index / status.ENTRIES), read),
      logged ? tiles.entry(index, read) : null,
    ]);
    const end = issuer?.final?.size ?? 0;
    const compared = entry && end > 0 && end <= pinned.size;
    const prefix = compared ? await tiles.prefix(end, read) : null;
    return { ...evidence, ...entry, status: listed, prefix: prefix ?? [] };
  }

  /**
   * @param {number} number
   * @param {Source} read
   * @param {RequestInit} [how]
   * @returns {Promise<status.StatusList | null>} as the note pins it; once more past caches if it
   *   does not match
   */
  async list(number, read, how) {
    const digest = this.held.note?.status[number];
    const path = listPath(number, digest ?? "");
    const at = this.held.lists.get(path);
    if (at || !digest || read === nothing) {
      return at ?? null;
    }
    const loading = this.loading.get(path) ?? this.fetchList(path, read, how);
    this.loading.set(path, loading);
    return loading.finally(() => this.loading.delete(path));
  }

  /**
   * @param {string} path
   * @param {Source} read
   * @param {RequestInit} [how]
   */
  async fetchList(path, read, how) {
    for (const cache of /** @type {RequestCache[]} */ (["default", "reload"])) {
      const data = await read(path, status.LIMIT, { ...how, cache });
      const found = data && (await attempt(() => this.held.acceptList(path, data)));
      if (found) {
        return found;
      }
    }
    return null;
  }
}
