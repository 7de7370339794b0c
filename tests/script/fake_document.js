/** As much of a document as script/dom.js uses, so that what it makes can be read in Node. */

export class FakeElement {
  /** @param {string} tag */
  constructor(tag) {
    this.tag = tag;
    /** @type {Map<string, string>} */
    this.attributes = new Map();
    /** @type {(FakeElement | string)[]} */
    this.children = [];
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  setAttribute(name, value) {
    this.attributes.set(name, String(value));
  }

  /** @param {...(FakeElement | string)} children */
  append(...children) {
    this.children.push(...children);
  }

  /** @param {...(FakeElement | string)} children */
  replaceChildren(...children) {
    this.children = children;
  }

  addEventListener() {}

  /** @param {string} text */
  set textContent(text) {
    this.children = text === "" ? [] : [text];
  }

  /** @returns {string} */
  get textContent() {
    return this.children
      .map((child) => (typeof child === "string" ? child : child.textContent))
      .join("");
  }

  /** @returns {FakeElement[]} this one and all below it, in order */
  all() {
    /** @type {FakeElement[]} */
    const found = [this];
    for (const child of this.children) {
      if (typeof child !== "string") {
        found.push(...child.all());
      }
    }
    return found;
  }

  /**
   * @param {string} name of a class
   * @returns {FakeElement[]}
   */
  withClass(name) {
    return this.all().filter((one) => one.attributes.get("class")?.split(" ").includes(name));
  }

  /**
   * @param {string} tag
   * @returns {FakeElement[]}
   */
  withTag(tag) {
    return this.all().filter((one) => one.tag === tag);
  }
}

/** Make it the document of this process. */
export function install() {
  Object.assign(globalThis, {
    document: {
      createElement: (/** @type {string} */ tag) => new FakeElement(tag),
      createElementNS: (/** @type {string} */ _, /** @type {string} */ tag) =>
        new FakeElement(tag),
      documentElement: { classList: { toggle: () => true } },
    },
  });
}

/**
 * @param {Element} element made while this was the document
 * @returns {FakeElement}
 */
export function fake(element) {
  return /** @type {FakeElement} */ (/** @type {unknown} */ (element));
}
