/** The version of this program. */

/** As in `package.json`; a test keeps the two the same. Written here so that no start has to read a file for it. */
export const VERSION = '0.1.0';
