/** The rule is the same for every front end; see there. */
export { printable } from '../../task/printable.ts';
