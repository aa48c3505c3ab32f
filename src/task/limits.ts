/** Limits of the format. Input beyond them is refused; nothing is ever cut silently. */

/** A single-line value (subject, label, name), in UTF-16 units. */
export const MAX_LINE = 1000;

/** A text (description, result, one note), in UTF-16 units. */
export const MAX_TEXT = 1_000_000;

/** Members of one set, notes of one task, keys of one map. */
export const MAX_MEMBERS = 10_000;

/** A key of a map, in UTF-16 units: YAML allows 1,024 for an implicit key, and an escape takes up to six a unit. */
export const MAX_KEY = 128;

/** A task file, in bytes. A larger file is reported as damaged and never parsed. */
export const MAX_FILE_BYTES = 4_000_000;

/** Depth of a value in `metadata`. */
export const MAX_DEPTH = 16;
