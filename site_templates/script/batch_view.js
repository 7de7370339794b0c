/** The list of a batch: progress, filter, table, downloads. It shows rows and judges nothing. */

import { batchCsv, batchJson, certificateOf, titleOf } from "./batch_files.js";
import { date, dateAndTime } from "./dates.js";
import { element, icon } from "./dom.js";
import { display, lspName } from "./telling.js";

/** @typedef {import("./batch.js").Row} Row */
/** @typedef {import("./dom.js").Child} Child */
/** @typedef {import("./dom.js").Level} Level */
/** @typedef {import("./page.js").Page} Page */
/** @typedef {import("./words.js").Words} Words */
/**
 * @typedef {object} Wishes what somebody may want of a list
 * @property {() => void} cancel read no further
 * @property {() => void} clear
 * @property {(row: Row) => void} open
 */
/** @typedef {Level | "none"} Kind none: there was no code to judge */

/** The worst first: what needs somebody's eyes. */
const KINDS = /** @type {const} */ (["red", "amber", "grey", "none", "green"]);
const COLUMNS = ["number", "file", "result", "certificate_number", "name", "issuer", "expires"];

export class BatchView {
  /**
   * @param {Words} words
   * @param {Page} page
   * @param {Wishes} wishes
   */
  constructor(words, page, wishes) {
    this.words = words;
    this.page = page;
    this.wishes = wishes;
    /** @type {Row[]} */
    this.rows = [];
    /** @type {Map<Row, HTMLElement>} */
    this.lines = new Map();
    this.done = 0;
    this.total = 0;
    this.finished = false;
    /** @type {Kind | "all"} */
    this.filter = "all";
    this.place = element("div", { class: "batch-list" });
    this.heading = element("h1", { tabindex: "-1" });
    this.build();
  }

  /** Make everything anew, in the words at hand. */
  build() {
    const { words } = this;
    this.heading.textContent = words.text("batch.heading");
    this.status = element("p", { class: "small", role: "status" });
    this.bar = element("progress", { "aria-label": words.text("batch.heading") });
    this.stop = this.button("cancel", this.wishes.cancel);
    this.filters = element("div", { class: "chips" });
    this.body = element("tbody", {});
    this.foot = element("div", { class: "batch-foot" });
    this.lines.clear();
    this.place.replaceChildren(
      this.heading,
      element("div", { class: "batch-progress" }, this.status, this.bar, this.stop),
      element(
        "fieldset",
        { class: "filter" },
        element("legend", {}, words.text("batch.filter")),
        this.filters,
      ),
      this.table(),
      this.foot,
    );
    this.rows.forEach((row) => this.line(row));
    this.update();
  }

  /** @param {Words} words of another language */
  speak(words) {
    this.words = words;
    this.build();
  }

  /** @param {Row} row */
  add(row) {
    this.rows.push(row);
    this.line(row);
    this.update();
  }

  /**
   * @param {number} done
   * @param {number} total
   */
  progress(done, total) {
    [this.done, this.total] = [done, total];
    this.update();
  }

  /** Nothing more is coming. */
  finish() {
    this.finished = true;
    this.build();
  }

  /** @param {Row} row whose button gets the focus again */
  returnTo(row) {
    const line = this.lines.get(row);
    line?.scrollIntoView({ block: "center" });
    line?.querySelector("button")?.focus({ preventScroll: true });
  }

  /**
   * @param {string} key
   * @param {() => void} pressed
   * @param {string | null} [kind]
   */
  button(key, pressed, kind = null) {
    const made = element(
      "button",
      { type: "button", class: kind },
      this.words.text(`button.${key}`),
    );
    made.addEventListener("click", pressed);
    return made;
  }

  table() {
    const { words } = this;
    const heads = COLUMNS.map((key) =>
      element("th", { scope: "col", role: "columnheader" }, words.text(`batch.${key}`)),
    );
    return element(
      "table",
      { role: "table" },
      element("caption", { class: "unseen" }, words.text("batch.heading")),
      element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, ...heads)),
      this.body ?? null,
    );
  }

  /** @param {Row} row */
  line(row) {
    const { words } = this;
    const { verdict, page } = row;
    const certificate = certificateOf(verdict);
    const proven = verdict !== null && display(verdict) === "all";
    const number = words.number(this.lines.size + 1);
    const file = row.file || words.text("record.source_camera");
    const paged = page > 0 ? `${file} \u00b7 ${words.text("batch.page")} ${words.number(page)}` : file;
    /** @type {[string, Child[]][]} */
    const cells = [
      ["number", [number]],
      ["file", [paged]],
      ["result", [this.outcome(row), ...this.asides(row)]],
      ["certificate_number", certificate ? [indonesian(certificate.number)] : []],
      ["name", certificate ? [indonesian(certificate.name)] : []],
      ["issuer", proven ? [indonesian(lspName(verdict))] : []],
      ["expires", certificate ? [date(words, certificate.expiryDay)] : []],
    ];
    const line = element(
      "tr",
      { role: "row", "data-kind": kindOf(row) },
      ...cells.map(([key, value]) =>
        element(
          "td",
          { role: "cell", class: key, "data-label": words.text(`batch.${key}`) },
          ...value,
        ),
      ),
    );
    this.lines.set(row, line);
    this.body?.append(line);
  }

  /**
   * @param {Row} row
   * @returns {HTMLElement} icon, word and colour; a button where there is more to see
   */
  outcome(row) {
    const kind = kindOf(row);
    const content = [icon(kind === "none" ? "grey" : kind), element("span", {}, this.words.text(titleOf(row)))];
    if (row.verdict === null) {
      return element("span", { class: `outcome ${kind}` }, ...content);
    }
    const made = element("button", { type: "button", class: `outcome ${kind}` }, ...content);
    made.addEventListener("click", () => this.wishes.open(row));
    return made;
  }

  /**
   * @param {Row} row
   * @returns {HTMLElement[]} what else there is to say about it
   */
  asides(row) {
    const { words } = this;
    const lines = row.beside.map((host) =>
      words.text("batch.beside", { host: host || words.text("reason.malformed.title") }),
    );
    for (const said of [row.fault, row.remark]) {
      if (said !== null) {
        lines.push(`${words.text(`error.${said.key}.text`, said)} ${words.text(`error.${said.key}.do`, said)}`);
      }
    }
    if (row.verdict === null && row.fault === null) {
      lines.push(words.text("batch.no_code_note"));
    }
    const digest = row.verdict?.digest;
    const times = digest ? this.rows.filter((one) => one.verdict?.digest === digest).length : 1;
    if (this.finished && times > 1) {
      lines.push(words.text("batch.twice", { n: words.number(times) }));
    }
    return lines.map((line) => element("p", { class: "aside" }, line));
  }

  /** Progress, counts and what the filter leaves. */
  update() {
    const { words, finished, total, done } = this;
    const { status, bar, stop, filters, foot } = this;
    const verdict = this.rows.find((row) => row.verdict)?.verdict;
    const sum = { total: words.number(this.rows.filter((row) => row.verdict).length) };
    const files = { n: words.number(done), total: words.number(total) };
    const [text, asOf] = finished
      ? [words.text("batch.summary", sum), verdict?.asOf ?? null]
      : [words.text("progress.files", files), null];
    status?.replaceChildren(
      text,
      ...(asOf === null ? [] : [" ", words.text("asof.line", { asof: dateAndTime(words, asOf) })]),
    );
    bar?.setAttribute("max", String(Math.max(1, total)));
    bar?.setAttribute("value", String(done));
    for (const part of [bar, stop]) {
      part?.toggleAttribute("hidden", finished);
    }
    filters?.replaceChildren(...this.chips());
    foot?.replaceChildren(...(finished ? this.downloads() : []));
    this.sift();
  }

  /** @returns {HTMLElement[]} one choice for each kind that is there */
  chips() {
    const { words } = this;
    const counts = new Map(KINDS.map((kind) => [kind, 0]));
    for (const row of this.rows) {
      counts.set(kindOf(row), (counts.get(kindOf(row)) ?? 0) + 1);
    }
    const there = KINDS.filter((kind) => counts.get(kind) || kind === this.filter);
    return [/** @type {const} */ ("all"), ...there].map((kind) => {
      const count = kind === "all" ? this.rows.length : (counts.get(kind) ?? 0);
      const radio = element("input", {
        ...{ type: "radio", name: "filter", value: kind },
        checked: kind === this.filter ? "" : null,
      });
      radio.addEventListener("change", () => {
        this.filter = kind;
        this.sift();
      });
      return element(
        "label",
        { class: `chip ${kind}` },
        radio,
        kind === "all" ? null : icon(kind === "none" ? "grey" : kind),
        element("span", {}, words.text(kindWord(kind))),
        element("span", { class: "count" }, words.text("batch.count", { n: words.number(count) })),
      );
    });
  }

  /** Show the rows that the filter lets through. */
  sift() {
    for (const [row, line] of this.lines) {
      line.hidden = this.filter !== "all" && this.filter !== kindOf(row);
    }
  }

  /** @returns {HTMLElement[]} */
  downloads() {
    const { words, rows, page } = this;
    return [
      element(
        "p",
        { class: "actions" },
        this.button("save_csv", () => save("csv", batchCsv(this.words, rows)), "primary"),
        this.button("save_json", () => save("json", batchJson(rows, page))),
        this.button("clear_list", this.wishes.clear),
      ),
      element("p", { class: "small" }, words.text("batch.memory")),
    ];
  }
}

/**
 * @param {Row} row
 * @returns {Kind}
 */
function kindOf({ verdict }) {
  return verdict?.level ?? "none";
}

/** @param {Kind | "all"} kind */
function kindWord(kind) {
  if (kind === "all") {
    return "batch.filter_all";
  }
  return kind === "none" ? "batch.no_result" : `level.${kind}`;
}

/**
 * @param {string} text as it was signed
 * @returns {HTMLElement}
 */
function indonesian(text) {
  return element("bdi", { lang: "id", translate: "no" }, text);
}

/**
 * @param {string} suffix
 * @param {Blob} data
 */
function save(suffix, data) {
  const day = new Date().toISOString().slice(0, 10);
  const url = URL.createObjectURL(data);
  const link = /** @type {HTMLAnchorElement} */ (element("a", { href: url, download: `batch-${day}.${suffix}` }));
  link.click();
  // The download has its own hold on the data by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
