/** The completion script for bash. */
import { CHOICES, FILE_FLAGS, freeFlags, GLOBAL_VALUES, ID_FLAGS, idVerbs, type VerbWords } from './words.ts';

/** What does not depend on the verbs. Readline shows no descriptions, so a candidate carries its own until it is the only one. */
const FUNCTIONS = String.raw`
__git_tasks_ids() {
  local id subject
  while IFS=$'\t' read -r id subject; do
    [[ "$id" == "$1"* ]] && COMPREPLY+=("$id  $subject")
  done < <(command git-tasks complete-ids "$2" 2>/dev/null)
  if ((${'$'}{#COMPREPLY[@]} == 1)); then COMPREPLY=("${'$'}{COMPREPLY[0]%%  *}"); fi
}

__git_tasks_from() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$2")
}

__git_tasks_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$1")
}

# Arguments: the word to complete, the one before it, then every word between "tasks" and them.
__git_tasks_complete() {
  local cur="$1" prev="$2" verb="" word skip=""
  shift 2
  for word in "$@"; do
    if [[ -n "$skip" ]]; then skip=""; continue; fi
    case "$word" in
      ${GLOBAL_VALUES.join('|')}) skip=1 ;;
      -*) ;;
      *) verb="$word"; break ;;
    esac
  done
  COMPREPLY=()
  if [[ "$prev" == --unblock && "$verb" == cancel ]]; then prev=""; fi
  case "$prev" in
    ${ID_FLAGS.join('|')}) __git_tasks_ids "$cur" ""; return ;;
    ${FILE_FLAGS.join('|')}) __git_tasks_files "$cur"; return ;;
${Object.entries(CHOICES)
  .map(([name, words]) => `    ${name}) __git_tasks_from "${words}" "$cur"; return ;;`)
  .join('\n')}
  esac
  if __git_tasks_is_free "$prev"; then return; fi
  case "$cur" in
    -*) __git_tasks_from "$(__git_tasks_flags "$verb")" "$cur"; return ;;
  esac
  case "$verb" in
    ""|help) __git_tasks_from "$__git_tasks_verbs" "$cur" ;;
    import) __git_tasks_files "$cur" ;;
    *) if __git_tasks_takes_id "$verb"; then __git_tasks_ids "$cur" "$verb"; fi ;;
  esac
}

# git tasks: called by git's own completion, which has set these variables.
_git_tasks() {
  local i start=1
  for ((i = 1; i < cword; i++)); do
    if [[ "${'$'}{words[i]}" == tasks ]]; then start=$((i + 1)); break; fi
  done
  __git_tasks_complete "$cur" "$prev" "${'$'}{words[@]:start:cword-start}"
}

# git-tasks
__git_tasks_main() {
  __git_tasks_complete "${'$'}{COMP_WORDS[COMP_CWORD]}" "${'$'}{COMP_WORDS[COMP_CWORD-1]}" "${'$'}{COMP_WORDS[@]:1:COMP_CWORD-1}"
}

complete -F __git_tasks_main git-tasks
`;

/** The script; git's completion calls its `_git_tasks` for `git tasks`. */
export function bashScript(verbs: readonly VerbWords[]): string {
  const flags = verbs.map(
    ({ name, flags: own }) => `    ${name}) echo "${own.map((flag) => flag.name).join(' ')} --help" ;;`,
  );
  return `# bash completion for git-tasks and git tasks

__git_tasks_verbs="${verbs.map(({ name }) => name).join(' ')} help"

__git_tasks_flags() {
  case "$1" in
${flags.join('\n')}
    *) echo "--json ${GLOBAL_VALUES.join(' ')} --help --version" ;;
  esac
}

__git_tasks_takes_id() {
  case "$1" in ${idVerbs(verbs).join('|')}) return 0 ;; esac
  return 1
}

# Flags whose value nobody can guess.
__git_tasks_is_free() {
  case "$1" in ${freeFlags(verbs).join('|')}) return 0 ;; esac
  return 1
}
${FUNCTIONS}`;
}
