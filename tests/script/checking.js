/** A published registry, a client of it, and the word of its verdict. */

import { Client } from "../../site_templates/script/client.js";
import { digits } from "../../site_templates/script/fragment.js";
import { ID, Registry } from "./registry.js";
import { ADDRESS, NOW, certificate, sha256 } from "./site.js";

/** @typedef {import("./site.js").Bytes} Bytes */

/** @param {Bytes} data */
export const code = (data) => `${ADDRESS}#${digits(data)}`;

/**
 * @param {number} [entries] of the log
 * @returns a published registry and the code of its certificate 7
 */
export function published(entries = 20) {
  const site = new Registry();
  while (site.leaves.length < entries) {
    site.log(certificate(site.leaves.length));
  }
  site.publish();
  return { site, text: code(certificate(7)), anchor: site.trustDigest };
}

/**
 * @param {Registry} site
 * @param {Partial<import("../../site_templates/script/client.js").Options>} [other]
 */
export function clientOf(site, other = {}) {
  const [trustDigest, now] = [digestOfFirst(site), () => NOW];
  return new Client({ base: ADDRESS, registry: ID, trustDigest, fetch: site.fetch, now, ...other });
}

/** @param {Registry} site */
function digestOfFirst(site) {
  const text = Buffer.from(site.files.get("trust/1.note") ?? []).toString();
  return Buffer.from(sha256(text.slice(0, text.lastIndexOf("\n\n") + 1))).toString("hex");
}

/**
 * @param {Client} client
 * @param {string} text
 */
export async function judged(client, text) {
  await client.refresh();
  const { reason, variant } = await client.check(text);
  await client.background;
  return variant ? `${reason} ${variant}` : reason;
}
