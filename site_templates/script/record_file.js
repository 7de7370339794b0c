/**
 * A check as a file: the code, and the files of the site that its verdict rests on, by path
 * (docs/formats.md appendix A; read by `registry/record.py`).
 *
 * Whoever reads it again needs no page and no site: it is a small copy of the site, as it was.
 */

import { b64encode, dumps, timeText } from "./canonical.js";
import { digits } from "./fragment.js";
import { listPath } from "./held.js";
import { inclusionRanges, prefixRanges, tilePath, tilesNeeded } from "./merkle.js";
import { ENTRIES } from "./status.js";

/** @typedef {import("./bytes.js").Bytes} Bytes */
/** @typedef {import("./client.js").Basis} Basis */
/** @typedef {import("./compared.js").Compared} Compared */
/** @typedef {import("./merkle.js").Range} Range */
/** @typedef {import("./telling.js").Verdict} Verdict */
/** @typedef {{kind: string, file: string | null, page: number | null}} Source of a code */

/** @typedef {"reason" | "asOf" | "build" | "logSize" | "logRoot" | "digest" | "kid"} Said */
/** @typedef {"fetched" | "site" | "basis" | Said} Kept */

const FORMAT = "absah-record/v1";
/** The file of a record that contradicts its build note. */
const RIVAL = "conflict.note";

/**
 * @param {Pick<Verdict, Kept>} verdict
 * @param {Source} source
 * @param {Compared} compared what a person found
 * @param {string} software its version
 * @returns {string | null} canonical JSON; null where the check rests on nothing that can be kept
 */
export function recordFile(verdict, source, compared, software) {
  const { basis } = verdict;
  if (basis === null) {
    return null;
  }
  return dumps({
    format: FORMAT,
    checked: timeText(basis.now),
    fetched: verdict.fetched,
    walked: basis.walked,
    site: verdict.site,
    text: (verdict.site ?? "") + "#" + digits(basis.data),
    result: {
      reason: verdict.reason,
      as_of: verdict.asOf === null ? null : timeText(verdict.asOf),
      build: verdict.build,
      log_size: verdict.logSize,
      log_root: verdict.logRoot,
      sha256: verdict.digest,
      kid: verdict.kid,
    },
    source,
    compared,
    software,
    files: Object.fromEntries(
      [...filesOf(basis)].sort(([a], [b]) => (a < b ? -1 : 1)).map(([path, data]) => [path, b64encode(data)]),
    ),
  });
}

/**
 * @param {Basis} basis
 * @returns {Map<string, Bytes>} all trust documents, note, checkpoint, the one status list, and
 *   the tiles that prove the entry
 */
function filesOf({ files, tiles, note, index, final, rival }) {
  const found = new Map([...files].filter(([path]) => !path.startsWith("status/")));
  if (rival !== null) {
    found.set(RIVAL, rival);
  }
  if (note !== null && index !== null) {
    const list = Math.floor(index / ENTRIES);
    const path = listPath(list, note.status[list] ?? "");
    const data = files.get(path);
    if (data !== undefined) {
      found.set(path, data);
    }
    for (const name of needed(index, note.size, final)) {
      const hashes = tiles?.held.get(name);
      if (hashes !== undefined) {
        found.set(`log/${name}`, hashes);
      }
    }
  }
  return found;
}

/**
 * @param {number} index
 * @param {number} size
 * @param {number} final size at which the issuer's key was closed; 0: it was not
 * @returns {string[]} tiles of the inclusion proof, and of the root at `final`
 */
function needed(index, size, final) {
  if (index >= size) {
    return [];
  }
  /** @type {Range[]} */
  const ranges = [[index, index + 1], ...inclusionRanges(index, size)];
  const prefix = final > 0 && final <= size ? prefixRanges(final, size) : [];
  return tilesNeeded([...ranges, ...prefix], size).map(tilePath);
}
