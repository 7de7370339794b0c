/**
 * The words of one language: keys like "reason.valid.title", placeholders like `{lsp}`.
 *
 * A key that is missing is a fault of this program and throws; a value that is not at hand is
 * shown as "not stated" and never leaves a bare placeholder on the page.
 */

/** @typedef {import("./page.js").Language} Language */
/** @typedef {Record<string, string>} Values */
/** @typedef {{text: string, name: string | null}} Piece name: the placeholder it came from */

const PLACEHOLDER = /\{([a-z_]+)\}/;

export class Words {
  /**
   * @param {Language} language
   * @param {Record<string, any>} table nested objects whose leaves are sentences
   */
  constructor(language, table) {
    this.language = language;
    this.table = table;
    this.numbers = new Intl.NumberFormat(language);
    this.plurals = new Intl.PluralRules(language);
    /** @type {Map<string, Promise<void>>} tables that were added, or are on their way */
    this.added = new Map();
  }

  /**
   * Add the groups of another table, once for each name.
   *
   * @param {string} name
   * @param {() => Promise<Record<string, any>>} read
   * @returns {Promise<void>} rejects as `read` does; the next call tries again
   */
  add(name, read) {
    const added =
      this.added.get(name) ??
      read().then((table) => {
        for (const [group, sentences] of Object.entries(table)) {
          this.table[group] = { ...this.table[group], ...sentences };
        }
      });
    this.added.set(name, added);
    added.catch(() => this.added.delete(name));
    return added;
  }

  /**
   * @param {string} key
   * @returns {string | undefined} the sentence with its placeholders
   */
  find(key) {
    /** @type {unknown} */
    let found = this.table;
    for (const part of key.split(".")) {
      found = found instanceof Object ? Object.getOwnPropertyDescriptor(found, part)?.value : null;
    }
    return typeof found === "string" ? found : undefined;
  }

  /**
   * @param {string} key
   * @param {Values} [values]
   * @returns {Piece[]} in order; a value is taken as it stands, whatever braces it holds
   */
  pieces(key, values = {}) {
    const sentence = this.find(key);
    if (sentence === undefined) {
      throw new Error(`${this.language}: ${key}`);
    }
    return sentence
      .split(PLACEHOLDER)
      .map((part, i) =>
        i % 2 === 0
          ? { text: part, name: null }
          : { text: values[part] ?? this.text("data.not_stated"), name: part },
      )
      .filter(({ text }) => text !== "");
  }

  /**
   * @param {string} key
   * @param {Values} [values]
   * @returns {string}
   */
  text(key, values) {
    return this.pieces(key, values)
      .map(({ text }) => text)
      .join("");
  }

  /**
   * @param {number} n
   * @returns {string} as the language writes it
   */
  number(n) {
    return this.numbers.format(n);
  }

  /**
   * @param {string} key of a pair `<key>_one`, `<key>_other`
   * @param {number} n
   * @returns {string} the form that the language's plural rules choose; ja and id have one
   */
  counted(key, n) {
    const form = this.plurals.select(n) === "one" ? "one" : "other";
    return this.text(`${key}_${form}`, { n: this.number(n) });
  }
}
