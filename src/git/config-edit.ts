/** Takes settings out of the text of a git config file and leaves everything else as it is. Pure. */
import { TasksError } from '../errors.ts';
import { normalizeConfigKey, parseConfig } from './config-parse.ts';

/** A section of the file as it stands there: its header line and the lines up to the next. */
interface Section {
  readonly name: string;
  readonly header: string;
  readonly lines: string[];
  isTouched: boolean;
}

const HEADER = /^\s*\[([A-Za-z0-9.-]+)(?:[ \t]+"((?:[^"\\]|\\.)*)")?[ \t]*\][ \t]*(.*)$/;
const KEY = /^\s*([A-Za-z][A-Za-z0-9-]*)/;

/**
 * The text without the settings whose key (normalised) is chosen, and without the sections that this leaves empty.
 *
 * The result is read again and compared: throws `invalid` where the file is written in a way that lines cannot be taken
 * out of, rather than to guess.
 */
export function removeSettings(text: string, file: string, isChosen: (key: string) => boolean): string {
  const sections = sectionsOf(text);
  for (const section of sections) {
    const kept = section.lines.filter((line) => !isChosenLine(section, line, isChosen));
    section.isTouched = kept.length < section.lines.length;
    section.lines.splice(0, section.lines.length, ...kept);
  }
  const left = sections.filter(({ isTouched, lines }) => !isTouched || lines.some((line) => line.trim() !== ''));
  const result = left.map(({ header, lines }) => header + lines.join('')).join('');
  const wanted = parseConfig(text, file).filter(({ key }) => !isChosen(normalizeConfigKey(key)));
  if (JSON.stringify(parseConfig(result, file)) === JSON.stringify(wanted)) return result;
  throw new TasksError('invalid', `${file} holds settings that cannot be taken out line by line`, {
    hint: `Take them out by hand: git config --file '${file}' --edit`,
    data: { file },
  });
}

function sectionsOf(text: string): Section[] {
  const sections: Section[] = [{ name: '', header: '', lines: [], isTouched: false }];
  for (const line of logicalLines(text)) {
    const [, name, subsection, rest] = HEADER.exec(line.trimEnd()) ?? [];
    if (name === undefined) sections.at(-1)?.lines.push(line);
    else {
      const full =
        subsection === undefined ? name.toLowerCase() : `${name.toLowerCase()}.${subsection.replace(/\\(.)/g, '$1')}`;
      // A setting on the line of its header stays with it: if it is a chosen one, the comparison will find that.
      const isBare = rest === '' || rest?.startsWith('#') === true || rest?.startsWith(';') === true;
      sections.push({ name: full, header: line, lines: isBare ? [] : [''], isTouched: false });
    }
  }
  return sections;
}

/** The lines with their ends; one that ends in a backslash goes on in the next, except in a comment. */
function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let open = '';
  for (const line of text.split(/(?<=\n)/)) {
    open += line;
    const isComment = /^\s*[#;]/.test(open);
    const backslashes = /(\\*)\r?\n$/.exec(line)?.[1]?.length ?? 0;
    if (!isComment && backslashes % 2 === 1) continue;
    lines.push(open);
    open = '';
  }
  return open === '' ? lines : [...lines, open];
}

function isChosenLine({ name }: Section, line: string, isChosen: (key: string) => boolean): boolean {
  const [, key] = KEY.exec(line) ?? [];
  return key !== undefined && isChosen(normalizeConfigKey(`${name}.${key}`));
}
