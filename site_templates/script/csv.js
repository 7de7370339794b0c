/** Tables as CSV that a spreadsheet program shows and never runs (CWE-1236). */

const LEADS = /^\s*[=+\-@＝＋－＠]|^\s/;

/**
 * @param {string} text
 * @returns {string} with an apostrophe before what begins like a formula, also behind blanks
 */
export function defused(text) {
  return LEADS.test(text) ? `'${text}` : text;
}

/**
 * UTF-8 with a mark and CRLF, every field quoted: what Excel opens by a double click.
 *
 * @param {string[][]} rows
 * @param {"," | ";"} separator of lists in the reader's country
 * @returns {Blob}
 */
export function csv(rows, separator) {
  const lines = rows.map((row) =>
    row.map((cell) => `"${defused(cell).replaceAll('"', '""')}"`).join(separator),
  );
  return new Blob(["\ufeff", ...lines.map((line) => `${line}\r\n`)], { type: "text/csv" });
}
