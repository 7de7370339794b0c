/**
 * What a client holds of one registry: every object in it has been verified.
 *
 * Build note (a hint), trust walk to the version that it names, the note's signature, checkpoint.
 * Nothing is believed for where it came from.
 */

import { hex, same } from "./bytes.js";
import * as build from "./build_note.js";
import { sha256 } from "./keys.js";
import * as merkle from "./merkle.js";
import * as note from "./note.js";
import { Tiles } from "./proofs.js";
import { TooNew, attempt } from "./reasons.js";
import { fileSource, once } from "./source.js";
import * as status from "./status.js";
import * as trust from "./trust.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {import("./build_note.js").BuildNote} BuildNote */
/** @typedef {import("./source.js").Source} Source */
/** @typedef {import("./trust.js").TrustDocument} TrustDocument */
/** @typedef {{note: BuildNote, data: Bytes}} Kept */

/** A stored note that is still to be compared with the present one. */
const BEFORE = "before.note";

/**
 * @param {number} number
 * @param {string} digest
 * @returns {string}
 */
export function listPath(number, digest) {
  return `status/${number}-${digest.slice(0, 16)}.cwt`;
}

/** Trust documents that are asked for before the one before them has been verified. */
const AHEAD = 8;

/** @param {Source} read */
export function readNote(read) {
  return read("build.note", note.LIMIT, { cache: "no-store" });
}

/** The state of one client. It is built up step by step, and each step leaves it whole. */
export class Held {
  /**
   * @param {string} registry id
   * @param {string} trustDigest SHA-256 of the text of trust/1, hex: the anchor
   * @param {() => number} now seconds since 1970-01-01
   */
  constructor(registry, trustDigest, now) {
    this.registry = registry;
    this.trustDigest = trustDigest;
    this.now = now;
    /** @type {TrustDocument | null} the newest */
    this.trust = null;
    /** @type {TrustDocument[]} walked through before it: a note may still name one */
    this.older = [];
    /** @type {BuildNote | null} */
    this.note = null;
    /** @type {merkle.Checkpoint | null} the one that the note pins */
    this.checkpoint = null;
    /** @type {Tiles | null} of the note's tree */
    this.tiles = null;
    /** @type {Map<string, status.StatusList>} by path */
    this.lists = new Map();
    /** @type {Map<string, Bytes>} bytes of every signed object here, by path */
    this.files = new Map();
    /** @type {Kept | null} a note whose tree the present one has not been compared with */
    this.before = null;
    /** @type {Bytes | null} a note that contradicts what was held before: evidence */
    this.rival = null;
    /** @type {Bytes | null} the note that it contradicts */
    this.contradicted = null;
    this.walked = false;
    this.fetched = false;
    this.conflict = false;
    this.ahead = false;
    this.tooNew = false;
  }

  /**
   * Fetch note, trust and checkpoint; what cannot be had leaves what is held.
   *
   * @param {Source} read
   * @param {RequestCache} cache
   * @param {ReturnType<Source>} [early] the note, where it is on its way already
   * @returns {Promise<boolean>} whether all fits together, or no note can be read
   */
  async refreshFrom(read, cache, early = readNote(read)) {
    const first = this.trust ? null : read("trust/1.note", note.TRUST_LIMIT, { cache });
    const data = (await early) ?? null;
    await this.pin((await first) ?? null);
    this.fetched = false;
    if (data) {
      this.ahead = this.tooNew = false;
    }
    const hint = data && (await attempt(() => build.parse(data)));
    const soon = once(read);
    if (hint) {
      // Unverified, it only says what will be asked for: a slow network is waited for once.
      let { version = 1 } = this.trust ?? {};
      for (let asked = 0; version < hint.trustVersion && asked < AHEAD; asked++) {
        soon(`trust/${++version}.note`, note.TRUST_LIMIT, { cache });
      }
      if (hint.size !== this.checkpoint?.size) {
        soon(`log/checkpoints/${hint.size}`, note.LIMIT, { cache });
      }
    }
    await this.walk(soon, hint && hint.trustVersion, cache);
    await this.forgetRemoved();
    const { trust: document, older } = this;
    if (!data || !document) {
      return !data;
    }
    const found = await this.unlessTooNew(() => build.verified(data, document, older));
    if (!found) {
      return this.tooNew;
    }
    this.accept(found, data);
    return this.fetchCheckpoint(soon, cache);
  }

  /** @param {Map<string, Bytes>} files of an earlier visit, by path; verified anew */
  async restore(files) {
    const read = fileSource(files);
    await this.refreshFrom(read, "default");
    await this.walk(read, null, "default");
    await this.forgetRemoved();
    await this.restoreBefore(files.get(BEFORE));
    for (const [path, data] of files) {
      await attempt(() => this.acceptList(path, data));
    }
    this.walked = this.fetched = false;
  }

  /** @param {Bytes | undefined} data */
  async restoreBefore(data) {
    const { trust: document } = this;
    const found = data && document && (await attempt(() => build.parse(data)));
    const by = found && (await attempt(() => note.signers(found.note, document.publishers)));
    if (found && by?.size) {
      this.keepBefore({ note: found, data });
    }
  }

  /** @param {Kept} kept */
  keepBefore(kept) {
    this.before ??= kept;
    this.files.set(BEFORE, this.before.data);
  }

  /**
   * @template T
   * @param {() => Promise<T>} read
   * @returns {Promise<T | null>} null where malformed; a later header is remembered
   */
  unlessTooNew(read) {
    return attempt(() =>
      read().catch((error) => {
        this.tooNew ||= error instanceof TooNew;
        throw error;
      }),
    );
  }

  /** @param {Bytes | null} data of trust/1, taken only with the digest that this page carries */
  async pin(data) {
    const document = data && (await attempt(() => trust.anchor(data)));
    if (document && document.digest === this.trustDigest && document.id === this.registry) {
      this.trust = document;
      this.files.set("trust/1.note", data);
    }
  }

  /**
   * T3: one version after the other, to the one that the note names, or as far as there are some
   * where no note can be read.
   *
   * @param {Source} read
   * @param {number | null} goal
   * @param {RequestCache} cache
   */
  async walk(read, goal, cache) {
    for (let hops = 0; hops < trust.HOPS; hops++) {
      const { trust: current } = this;
      if (!current || (goal !== null && current.version >= goal)) {
        return;
      }
      const path = `trust/${current.version + 1}.note`;
      const data = await read(path, note.TRUST_LIMIT, { cache });
      const next = data && (await this.unlessTooNew(() => trust.step(current, data)));
      if (!next) {
        return;
      }
      this.older.push(current);
      this.trust = next;
      this.files.set(path, data);
    }
  }

  /** T8: a publisher key that a new version removes takes the note that it signed with it. */
  async forgetRemoved() {
    const { note: stored, trust: document } = this;
    if (stored && document) {
      const by = await attempt(() => note.signers(stored.note, document.publishers));
      if (!by?.size) {
        this.setNote(null, null);
        this.before = null;
      }
    }
  }

  /**
   * Hold another note, or none, and forget what only the last one pinned.
   *
   * @param {BuildNote | null} found
   * @param {Bytes | null} data
   */
  setNote(found, data) {
    const { files } = this;
    this.note = found;
    this.checkpoint = null;
    this.tiles = found && new Tiles(found);
    const paths = found?.status.map((digest, k) => listPath(k, digest)) ?? [];
    for (const path of [...files.keys()]) {
      if (!path.startsWith("trust/") && !paths.includes(path)) {
        files.delete(path);
        this.lists.delete(path);
      }
    }
    if (data) {
      files.set("build.note", data);
    }
  }

  /**
   * Take a note, unless it is older than the one that is held, contradicts it, or lies ahead.
   *
   * @param {BuildNote} found verified
   * @param {Bytes} data
   */
  accept(found, data) {
    this.walked = true;
    if (found.issued > this.now() + build.AHEAD) {
      this.ahead = true;
      return;
    }
    const { note: held } = this;
    const heldData = this.files.get("build.note");
    const against = held ? build.compare(held, found) : "newer";
    if (against === "conflict") {
      this.contradict(heldData, data);
    }
    if (against === "newer") {
      this.setNote(found, data);
      if (held && heldData) {
        this.keepBefore({ note: held, data: heldData });
      }
    }
    this.fetched = against === "newer" || against === "same";
  }

  /**
   * @param {Source} read
   * @param {RequestCache} cache
   * @returns {Promise<boolean>} false: not at hand, or not that of the note
   */
  async fetchCheckpoint(read, cache) {
    const { note: pinned, trust: document } = this;
    if (!pinned || !document || !this.fetched || this.checkpoint) {
      return true;
    }
    const path = `log/checkpoints/${pinned.size}`;
    const data = await read(path, note.LIMIT, { cache });
    const key = trust.logKey(document);
    const found = data && (await attempt(() => merkle.parseCheckpoint(data, key)));
    if (!data || found?.size !== pinned.size || !same(found.root, pinned.root)) {
      return false;
    }
    this.checkpoint = found;
    this.files.set(path, data);
    return true;
  }

  /**
   * @param {string} path
   * @param {Bytes} data
   * @returns {Promise<status.StatusList | null>} null unless the note pins these very bytes
   */
  async acceptList(path, data) {
    const { note: pinned, trust: document, lists } = this;
    const number = parseInt(path.slice(7), 10);
    const digest = pinned?.status[number] ?? "";
    if (!document || path !== listPath(number, digest) || hex(await sha256(data)) !== digest) {
      return null;
    }
    const keys = document.publishers.map((key) => key.public);
    const found = await status.parse(data, document.id, keys);
    lists.set(path, found);
    this.files.set(path, data);
    return found;
  }

  /**
   * The present tree must have the root that the note before it had, at its size; and where a log
   * key ended, the root that the root holders signed: another key signs the same tree.
   *
   * @param {Source} read
   */
  async compareHistory(read) {
    const { before, tiles, checkpoint, trust: document } = this;
    if (!document || !tiles || !checkpoint || !this.fetched) {
      return;
    }
    const ends = document.logs.flatMap(({ final }) => (final ? [final] : []));
    const kept = await Promise.all(
      ends.map(async ({ size, root }) => same((await this.rootAt(size, tiles, read)) ?? root, root)),
    );
    const older = before && (await this.rootAt(before.note.size, tiles, read));
    if ((older && !same(older, before.note.root)) || kept.includes(false)) {
      this.contradict(before?.data, this.files.get("build.note"));
    }
    if (older) {
      this.before = null;
      this.files.delete(BEFORE);
    }
  }

  /**
   * @param {number} size
   * @param {Tiles} tiles of the present tree
   * @param {Source} read
   * @returns {Promise<Bytes | null>} the root that the present tree had at `size`; null: tiles that
   *   are not at hand or not whole say nothing about the past
   */
  async rootAt(size, tiles, read) {
    const { tree } = tiles;
    const hashes = size <= tree.size ? await tiles.prefix(size, read) : null;
    return hashes && merkle.olderRoot(size, tree.size, hashes, tree.root);
  }

  /**
   * @param {Bytes} [held] a note
   * @param {Bytes} [other] the note that it cannot stand beside
   */
  contradict(held, other) {
    this.conflict = true;
    this.contradicted = held ?? null;
    this.rival = other ?? null;
  }
}
