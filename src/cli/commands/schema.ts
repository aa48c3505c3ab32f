/** `git tasks schema`. */
import { TasksError } from '../../errors.ts';
import { listSchemas, schemaOf } from '../contract/schemas.ts';
import { EXIT } from '../exit-codes.ts';
import { safeJson } from '../render/json.ts';
import { tableLines } from '../render/table.ts';
import { textArgument, type Verb } from '../verb.ts';

/** Prints a JSON Schema, or says which there are. Needs no repository. */
export const verb: Verb = {
  declare: (command) => void command.addHelpText('after', NOTES),
  run: async (context, _flags, args) => {
    const name = textArgument(args);
    const schemas = listSchemas();
    if (name === '') {
      const rows = schemas.map((row) => [{ text: row.name, paint: context.out.paint.id }, { text: row.title }]);
      context.answer({ schemas, total: schemas.length }, () => tableLines(rows, [{}, { share: 1 }], context.out));
      return EXIT.done;
    }
    const schema = schemaOf(name);
    if (schema === undefined) {
      throw new TasksError('not-found', `There is no schema ${JSON.stringify(name)}`, {
        hint: 'See them all with: git tasks schema',
        data: { schema: name },
      });
    }
    context.answer({ name, schema }, () => safeJson(schema, 2).split('\n'));
    return EXIT.done;
  },
};

const NOTES = `
Without a name it lists the schemas. They are those of contract 1 (JSON Schema,
draft 2020-12): fields are only ever added.

For an editor that knows YAML:
  git tasks schema task > task.schema.json
and, as the first line of a task's file:
  # yaml-language-server: $schema=./task.schema.json`;
