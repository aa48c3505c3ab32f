/** Numbers in a file: how they are written, and whether a written one survives being read. */

/** The number as YAML 1.2 and 1.1 both read it: JSON's form, with a point before an exponent. */
export function numberText(value: number): string {
  const text = String(value);
  return text.includes('e') && !text.includes('.') ? text.replace('e', '.0e') : text;
}

/** Whether the number says what its source says: no digit lost, no overflow, neither infinite nor "not a number". */
export function isExact(source: string, value: number): boolean {
  if (!Number.isFinite(value)) return false;
  const digits = significant(source);
  return digits === undefined ? Number.isSafeInteger(value) : digits === significant(String(value));
}

/** The significant digits and the exponent of a decimal number; undefined for another notation (`0x1F`). */
function significant(text: string): string | undefined {
  const [, whole = '', fraction = '', exponent = '0'] =
    /^[-+]?([0-9]*)\.?([0-9]*)(?:e([-+]?[0-9]+))?$/i.exec(text) ?? [];
  if (whole === '' && fraction === '') return undefined;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  return kept === '' ? '0' : `${kept}e${Number(exponent) - fraction.length + digits.length - kept.length}`;
}
