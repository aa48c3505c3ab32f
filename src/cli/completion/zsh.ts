/** The completion script for zsh. */
import { CHOICES, FILE_FLAGS, freeFlags, GLOBAL_VALUES, ID_FLAGS, idVerbs, type VerbWords } from './words.ts';

/** What does not depend on the verbs. */
const FUNCTIONS = String.raw`
__git_tasks_ids() {
  local -a ids
  local id subject
  while IFS=$'\t' read -r id subject; do
    ids+=("$id:${'$'}{subject//:/\\:}")
  done < <(command git-tasks complete-ids "$1" 2>/dev/null)
  _describe -t tasks task ids -V
}

_git-tasks() {
  local verb="" word skip="" prev="${'$'}{words[CURRENT-1]}"
  local -a verbs flags
  for word in "${'$'}{(@)words[2,CURRENT-1]}"; do
    if [[ -n "$skip" ]]; then skip=""; continue; fi
    case "$word" in
      ${GLOBAL_VALUES.join('|')}) skip=1 ;;
      -*) ;;
      *) verb="$word"; break ;;
    esac
  done
  if [[ "$prev" == --unblock && "$verb" == cancel ]]; then prev=""; fi
  case "$prev" in
    ${ID_FLAGS.join('|')}) __git_tasks_ids ""; return ;;
    ${FILE_FLAGS.join('|')}) _files; return ;;
${Object.entries(CHOICES)
  .map(([name, words]) => `    ${name}) compadd -- ${words}; return ;;`)
  .join('\n')}
  esac
  if __git_tasks_is_free "$prev"; then return; fi
  __git_tasks_words "$verb"
  if [[ "${'$'}{words[CURRENT]}" == -* ]]; then _describe -t flags flag flags; return; fi
  case "$verb" in
    ""|help) _describe -t verbs verb verbs ;;
    import) _files ;;
    *) if __git_tasks_takes_id "$verb"; then __git_tasks_ids "$verb"; fi ;;
  esac
}

# In a folder of $fpath this file is the body of _git-tasks; read by eval or source, it registers it.
if [[ "${'$'}{funcstack[1]}" == _git-tasks ]]; then _git-tasks "$@"; elif (( $+functions[compdef] )); then compdef _git-tasks git-tasks; fi
`;

/** The script; zsh's completion of git calls its `_git-tasks` for `git tasks`. */
export function zshScript(verbs: readonly VerbWords[]): string {
  const flags = verbs.map(({ name, flags: own }) => {
    const words = own.map((flag) => described(flag.name, flag.description)).join(' ');
    return `    ${name}) flags=(${words}) ;;`;
  });
  return `#compdef git-tasks
#description keep a graph of tasks in this repository

# Sets the caller's verbs and flags.
__git_tasks_words() {
  verbs=(${verbs.map(({ name, summary }) => described(name, summary)).join(' ')})
  case "$1" in
${flags.join('\n')}
    *) flags=('--json:answer with one JSON object' '--help:show the help' '--version:show the version') ;;
  esac
}

__git_tasks_takes_id() {
  [[ "$1" == (${idVerbs(verbs).join('|')}) ]]
}

# Flags whose value nobody can guess.
__git_tasks_is_free() {
  [[ "$1" == (${freeFlags(verbs).join('|')}) ]]
}
${FUNCTIONS}`;
}

function described(name: string, text: string): string {
  return `'${name}:${text.replaceAll(':', String.raw`\:`).replaceAll("'", String.raw`'\''`)}'`;
}
