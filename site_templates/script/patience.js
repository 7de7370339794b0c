/** How long something may take. */

/** It took too long. What was begun goes on until somebody ends it. */
export class TooLong extends Error {}

/**
 * @template T
 * @param {number} milliseconds
 * @param {Promise<T>} promise
 * @returns {Promise<T>} rejects with TooLong after that time
 */
export function within(milliseconds, promise) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TooLong()), milliseconds);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
