/** The completion script for fish. */
import { CHOICES, FILE_FLAGS, type FlagWords, GLOBAL_VALUES, ID_FLAGS, idVerbs, type VerbWords } from './words.ts';

const FUNCTIONS = String.raw`# fish completion for git-tasks and git tasks

# The words after "git-tasks" or "git ... tasks", without global flags that take a value.
function __git_tasks_words
    set -l words (commandline -opc)
    if test "$words[1]" = git
        set -l at (contains -i -- tasks $words); or return
        set -e words[1..$at]
    else
        set -e words[1]
    end
    set -l skip 0
    for word in $words
        if test $skip = 1
            set skip 0
        else if contains -- $word ${GLOBAL_VALUES.join(' ')}
            set skip 1
        else
            echo $word
        end
    end
end

function __git_tasks_verb
    string match -v -- '-*' (__git_tasks_words) | head -n 1
end

function __git_tasks_in_git
    contains -- tasks (commandline -opc)
end

function __git_tasks_needs_verb
    test -z "$(__git_tasks_verb)"
end

function __git_tasks_verb_is
    test "$(__git_tasks_verb)" = $argv[1]
end
`;

/** The script, with every completion once for `git-tasks` and once for `git tasks`. */
export function fishScript(verbs: readonly VerbWords[]): string {
  const takers = idVerbs(verbs);
  const lines = verbs.flatMap(({ name, summary, flags }) => {
    const isVerb = `__git_tasks_verb_is ${name}`;
    const words = takers.includes(name) ? `(command git-tasks complete-ids ${name} 2>/dev/null)` : CHOICES[name];
    return [
      ...twice('__git_tasks_needs_verb', `-f -a ${name} -d ${quote(summary)}`),
      ...(words === undefined ? [] : twice(isVerb, `-f -k -a ${quote(words)}`)),
      ...flags.flatMap((flag) => twice(isVerb, flagWords(flag))),
    ];
  });
  return `${FUNCTIONS}\n${lines.join('\n')}\n`;
}

function twice(condition: string, rest: string): string[] {
  return [
    `complete -c git-tasks -n ${quote(condition)} ${rest}`,
    `complete -c git -n ${quote(`__git_tasks_in_git; and ${condition}`)} ${rest}`,
  ];
}

function flagWords({ name, description, takesValue }: FlagWords): string {
  const flag = name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`;
  const text = `${flag} -d ${quote(description)}`;
  if (!takesValue) return text;
  if (FILE_FLAGS.includes(name)) return `${text} -r -F`;
  if (ID_FLAGS.includes(name)) return `${text} -x -a '(command git-tasks complete-ids 2>/dev/null)'`;
  const choices = CHOICES[name];
  return choices === undefined ? `${text} -x` : `${text} -x -a ${quote(choices)}`;
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
}
