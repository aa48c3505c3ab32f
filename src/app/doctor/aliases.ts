/** Foreign ids that lead to more than one task: nobody can say which one is meant. */
import { FLAG } from '../../graph/table.ts';
import type { TaskId } from '../../task/types.ts';
import type { Check } from './diagnosis.ts';

/** Names the tasks that share a foreign id. Which one it belongs to takes a person. */
export const aliases: Check = {
  title: '',
  run: ({ snapshot }) => {
    const { table } = snapshot;
    const idsByAlias = new Map<string, TaskId[]>();
    for (let row = 0; row < table.size; row++) {
      if (!table.has(row, FLAG.aliases)) continue;
      for (const alias of table.summary(row).aliases ?? []) {
        idsByAlias.set(alias, [...(idsByAlias.get(alias) ?? []), table.id(row)]);
      }
    }
    const shared = [...idsByAlias].filter(([, ids]) => ids.length > 1);
    return shared.map(([alias, ids]) => {
      const names = ids.sort().map((id) => snapshot.short(id));
      const message = `The foreign id ${alias} leads to ${ids.length} tasks: ${names.join(', ')}`;
      const hint = `Take it from all but one with: git tasks edit ${names.at(-1) ?? ''}, or --meta KEY=`;
      return { finding: { code: 'duplicate-alias', severity: 'warning', message, id: ids[0] ?? '', hint } };
    });
  },
};
