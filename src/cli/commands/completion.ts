/** `git tasks completion`. */
import { Command } from 'commander';
import { TasksError } from '../../errors.ts';
import { bashScript } from '../completion/bash.ts';
import { fishScript } from '../completion/fish.ts';
import type { VerbWords } from '../completion/words.ts';
import { zshScript } from '../completion/zsh.ts';
import { EXIT } from '../exit-codes.ts';
import { declareGlobalFlags } from '../options.ts';
import { textArgument, type Verb } from '../verb.ts';
import { nameOf, VERBS } from '../verbs.ts';

const SCRIPTS: ReadonlyMap<string, (verbs: readonly VerbWords[]) => string> = new Map([
  ['bash', bashScript],
  ['zsh', zshScript],
  ['fish', fishScript],
]);

/** Prints the completion script of a shell. */
export const verb: Verb = {
  declare: (command) => void command.addHelpText('after', INSTALL),
  run: async (context, _flags, args) => {
    const word = textArgument(args);
    const writeScript = SCRIPTS.get(word);
    if (writeScript === undefined) {
      const hint = `Choose from: ${[...SCRIPTS.keys()].join(', ')}`;
      throw new TasksError('usage', `There is no completion for ${JSON.stringify(word)}`, { hint });
    }
    const script = writeScript(await allWords());
    context.answer({ shell: word, script }, () => [script.trimEnd()]);
    return EXIT.done;
  },
};

/** Every verb with its flags, from the same declarations that parse them. */
async function allWords(): Promise<VerbWords[]> {
  const words: VerbWords[] = [];
  for (const entry of VERBS) {
    if (entry.group === undefined) continue;
    const command = new Command(nameOf(entry)).helpOption('-h, --help', 'show this help');
    const { verb: loaded } = await entry.load();
    loaded.declare?.(command);
    declareGlobalFlags(command);
    const flags = command.options.map(({ short, long, description, required }) => {
      return { name: long ?? short ?? '', description, takesValue: required };
    });
    words.push({ name: nameOf(entry), summary: entry.summary, usage: entry.usage, flags });
  }
  return words;
}

const INSTALL = `
Examples:
  bash  eval "$(git tasks completion bash)"                       in ~/.bashrc
  zsh   git tasks completion zsh > "\${fpath[1]}/_git-tasks"
  fish  git tasks completion fish > ~/.config/fish/completions/git-tasks.fish`;
